-- Of the deals that entered a stage and closed in the trailing 730 days: how many moved on from it
-- (to a later stage, or won), how many were won, and how long they stayed, per sector.
--
--   dbt show --limit 50 --select where_do_deals_stall
--
-- A sector with fewer than 10 such deals in a stage shows those of all (basis all).
with progressions as (
    select * from {{ ref('int_progression_bases_by_reporting_date') }}
    where as_of_on = {{ as_of_date() }}
),

final as (
    select
        sector,
        stage_name as stage,
        probability_basis as basis,
        n_closed,
        n_moved_on,
        n_won,
        round({{ percentage('n_moved_on', 'n_closed') }}) as moved_on_pct,
        round({{ percentage('n_won', 'n_closed') }}) as won_pct,
        median_days_in_stage,
        median_days_to_win
    from progressions
    order by sector, stage_order nulls last, {{ binary_order('stage_name') }}
)

select * from final
