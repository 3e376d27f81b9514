with opportunities as (
    select * from {{ ref('int_opportunities_now') }}
),

accounts as (
    select * from {{ ref('int_accounts') }}
),

cycles as (
    select
        accounts.sector,
        opportunities.cycle_days,
        row_number() over (
            partition by accounts.sector
            order by opportunities.cycle_days, {{ binary_order('opportunities.opportunity_id') }}
        ) as cycle_rank,
        count(*) over (partition by accounts.sector) as n_cycles
    from opportunities
    inner join accounts on opportunities.account_id = accounts.account_id
    where
        opportunities.is_won
        and opportunities.opportunity_type in ('new_business', 'expansion')
        and not opportunities.is_abm_at_creation
        and opportunities.cycle_days is not null
        and {{ is_in_trailing_days('opportunities.closed_on', 365) }}
),

final as (
    select
        sector,
        avg(cast(cycle_days as {{ type_double() }})) as median_cycle_days
    from cycles
    where {{ is_middle_row('cycle_rank', 'n_cycles') }}
    group by sector
)

select * from final
