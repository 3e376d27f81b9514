-- Whose closed deals speak for a stage: those of a sector from 10 on, else those of all. Without a
-- sector, `all` speaks for itself.
{% set least_closed_deals = 10 %}

with progressions as (
    select * from {{ ref('int_stage_progressions_measured') }}
),

accounts as (
    select * from {{ ref('int_accounts') }}
),

sectors as (
    select sector from accounts
    union distinct
    select 'all' as sector
),

final as (
    select
        wholes.as_of_on,
        sectors.sector,
        wholes.stage_name,
        wholes.stage_order,
        case when own.n_closed >= {{ least_closed_deals }} then 'sector' else 'all' end
            as probability_basis,
        {%- for column in (
            'n_closed', 'n_won', 'n_moved_on', 'median_days_to_win', 'median_days_in_stage',
        ) %}
        case
            when own.n_closed >= {{ least_closed_deals }} then own.{{ column }}
            else wholes.{{ column }}
        end as {{ column }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from progressions as wholes
    cross join sectors
    left join progressions as own
        on
            wholes.as_of_on = own.as_of_on
            and sectors.sector = own.sector
            and wholes.stage_name = own.stage_name
            and sectors.sector <> 'all'
    where wholes.sector = 'all'
)

select * from final
