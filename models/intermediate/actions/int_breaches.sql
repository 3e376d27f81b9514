-- A stretch that begins on the day on which the one before it ends goes on.
{{ config(materialized='table') }}

with stretches as (
    select * from {{ ref('int_breach_stretches') }}
),

neighboured as (
    select
        *,
        lag(to_on) over (
            partition by rule_id, entity_type, entity_id order by from_on
        ) as previous_to_on
    from stretches
),

numbered as (
    select
        *,
        sum(case when previous_to_on = from_on then 0 else 1 end) over (
            partition by rule_id, entity_type, entity_id
            order by from_on
            rows between unbounded preceding and current row
        ) as run_number
    from neighboured
),

ranked as (
    select
        *,
        row_number() over (
            partition by rule_id, entity_type, entity_id, run_number order by from_on
        ) as stretch_number,
        count(*) over (partition by rule_id, entity_type, entity_id, run_number) as n_stretches
    from numbered
),

final as (
    select
        rule_id,
        entity_type,
        entity_id,
        min(from_on) as fired_on,
        max(case when stretch_number = 1 then metric_value end) as metric_value,
        max(case when stretch_number = 1 then threshold end) as threshold,
        max(case when stretch_number = n_stretches then metric_value end) as current_value,
        max(
            case
                when stretch_number = n_stretches and to_on <= {{ as_of_date() }} then to_on
            end
        ) as ended_on
    from ranked
    group by rule_id, entity_type, entity_id, run_number
)

select * from final
