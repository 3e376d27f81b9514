-- What became of the deals that had entered a stage, and how long it took, on every reporting date.
{{ config(materialized='table') }}

with outcomes as (
    select * from {{ ref('int_stage_outcomes_by_reporting_date') }}
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

final as (
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
)

select * from final
