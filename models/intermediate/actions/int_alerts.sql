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

amounts as (
    select * from {{ ref('int_amounts_at_stake') }}
),

due as (
    select
        alerts.*,
        alert_rules.decimals,
        alert_rules.action,
        alert_rules.owner_role,
        case
            when alerts.rule_id = 'apr_floor' and accounts.account_size_tier = 'enterprise'
                then 'info'
            else alert_rules.severity
        end as severity,
        alert_rules.sla_hours,
        alert_rules.window_days,
        amounts.amount_at_stake,
        {{ alert_due_at('alerts.crossed_at', 'alerts.fired_on', 'alert_rules.sla_hours') }}
            as due_at
    from alerts
    inner join alert_rules on alerts.rule_id = alert_rules.rule_id
    cross join first_date
    left join {{ ref('int_accounts') }} as accounts on alerts.account_id = accounts.account_id
    left join amounts
        on alerts.entity_type = amounts.entity_type and alerts.entity_id = amounts.entity_id
    where alerts.fired_on >= first_date.as_of_on and alerts.fired_on <= {{ as_of_date() }}
),

final as (
    select
        *,
        case
            {% if var('alerts_start_on') -%}
            when fired_on < cast('{{ var("alerts_start_on") }}' as date) then 'baseline'
            {% endif -%}
            when first_sales_touch_at is not null then 'answered'
            when ended_on <= {{ as_of_date() }} then 'cleared'
            when entity_type = 'opportunity' and {{ is_by_as_of('due_at') }} then 'expired'
            else 'open'
        end as state
    from due
)

select * from final
