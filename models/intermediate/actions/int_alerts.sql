{{ config(materialized='table') }}

with alerts as (
    select * from {{ ref('int_fired_rules') }}
),

alert_rules as (
    select * from {{ ref('alert_rules') }}
    where is_enabled
),

first_date as (
    select min(as_of_on) as as_of_on
    from {{ ref('int_reporting_dates') }}
),

touchpoints as (
    select * from {{ ref('int_touchpoints') }}
    where account_id is not null and is_sales and not is_machine
),

due as (
    select
        alerts.*,
        alert_rules.decimals,
        alert_rules.action,
        alert_rules.severity,
        alert_rules.sla_hours,
        alert_rules.window_days,
        alert_rules.is_answered_by_sales_touch,
        {{ moment_after(
            'cast(' ~ days_after('alerts.fired_on', 1) ~ ' as ' ~ dbt.type_timestamp() ~ ')',
            'alert_rules.sla_hours', 'hour'
        ) }} as due_at
    from alerts
    inner join alert_rules on alerts.rule_id = alert_rules.rule_id
    cross join first_date
    where alerts.fired_on >= first_date.as_of_on and alerts.fired_on <= {{ as_of_date() }}
),

first_sales_touches as (
    select
        due.rule_id,
        due.entity_id,
        due.fired_on,
        min(touchpoints.occurred_at) as first_sales_touch_at
    from due
    inner join touchpoints
        on
            due.account_id = touchpoints.account_id
            and due.fired_on <= touchpoints.occurred_on
    where due.is_answered_by_sales_touch
    group by due.rule_id, due.entity_id, due.fired_on
),

final as (
    select
        due.*,
        first_sales_touches.first_sales_touch_at,
        case
            when not due.is_answered_by_sales_touch then null
            when first_sales_touches.first_sales_touch_at <= due.due_at then true
            when {{ is_by_as_of('due.due_at') }} then false
        end as is_sla_met
    from due
    left join first_sales_touches
        on
            due.rule_id = first_sales_touches.rule_id
            and due.entity_id = first_sales_touches.entity_id
            and due.fired_on = first_sales_touches.fired_on
)

select * from final
