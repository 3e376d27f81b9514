-- A breach alerts at the month end on which it begins, or the oldest one if it had begun by then,
-- and is over on the next date without it. The as-of date ends breaches; it begins one only as a
-- month end.
{{ config(materialized='table') }}

with breaches as (
    select * from {{ ref('int_breaches_by_reporting_date') }}
    where is_breach
),

reporting_dates as (
    select * from {{ ref('int_reporting_dates') }}
),

dated as (
    select
        breaches.*,
        reporting_dates.months_ago,
        reporting_dates.is_month_end
    from breaches
    inner join reporting_dates on breaches.as_of_on = reporting_dates.as_of_on
),

neighboured as (
    select
        *,
        lag(months_ago) over (
            partition by rule_id, entity_type, entity_id order by as_of_on
        ) as previous_months_ago
    from dated
),

-- Consecutive dates in breach are one run.
numbered as (
    select
        *,
        sum(case when previous_months_ago = months_ago + 1 then 0 else 1 end) over (
            partition by rule_id, entity_type, entity_id
            order by as_of_on
            rows between unbounded preceding and current row
        ) as run_number
    from neighboured
),

runs as (
    select
        rule_id,
        entity_type,
        entity_id,
        run_number,
        min(as_of_on) as fired_on,
        min(months_ago) as last_months_ago
    from numbered
    group by rule_id, entity_type, entity_id, run_number
),

final as (
    select
        runs.rule_id,
        runs.entity_type,
        runs.entity_id,
        runs.fired_on,
        numbered.metric_value,
        numbered.threshold,
        ends.as_of_on as ended_on
    from runs
    inner join numbered
        on
            runs.rule_id = numbered.rule_id
            and runs.entity_type = numbered.entity_type
            and runs.entity_id = numbered.entity_id
            and runs.fired_on = numbered.as_of_on
    left join reporting_dates as ends on runs.last_months_ago - 1 = ends.months_ago
    where numbered.is_month_end
)

select * from final
