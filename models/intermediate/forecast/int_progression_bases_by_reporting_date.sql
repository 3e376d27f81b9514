{{ config(materialized='table') }}

{% set least_closed_deals = 10 %}

with outcomes as (
    select * from {{ ref('int_stage_outcomes_by_reporting_date') }}
),

accounts as (
    select * from {{ ref('int_accounts') }}
),

counted as (
    select
        as_of_on,
        sector,
        stage_name,
        max(stage_order) as stage_order,
        count(*) as n_closed,
        sum(case when is_won then 1 else 0 end) as n_won,
        sum(case when has_moved_on then 1 else 0 end) as n_moved_on
    from outcomes
    group by as_of_on, sector, stage_name
),

{%- for days in ('days_to_win', 'days_in_stage') %}

{{ days }}_ranked as (
    select
        as_of_on,
        sector,
        stage_name,
        {{ days }},
        row_number() over (
            partition by as_of_on, sector, stage_name
            order by {{ days }}, {{ binary_order('opportunity_id') }}
        ) as days_rank,
        count(*) over (partition by as_of_on, sector, stage_name) as n_deals
    from outcomes
    where {{ days }} is not null
),

{{ days }}_medians as (
    select
        as_of_on,
        sector,
        stage_name,
        avg(cast({{ days }} as {{ type_double() }})) as median_{{ days }}
    from {{ days }}_ranked
    where {{ is_middle_row('days_rank', 'n_deals') }}
    group by as_of_on, sector, stage_name
),
{%- endfor %}

progressions as (
    select
        counted.*,
        days_to_win_medians.median_days_to_win,
        days_in_stage_medians.median_days_in_stage
    from counted
    {%- for days in ('days_to_win', 'days_in_stage') %}
    left join {{ days }}_medians
        on
            counted.as_of_on = {{ days }}_medians.as_of_on
            and counted.sector = {{ days }}_medians.sector
            and counted.stage_name = {{ days }}_medians.stage_name
    {%- endfor %}
),

sectors as (
    select sector from accounts
    union distinct
    select 'all' as sector
),

-- Without a sector, `all` speaks for itself.
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
