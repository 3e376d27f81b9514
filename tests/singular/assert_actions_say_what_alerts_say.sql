-- An account to re-engage is at risk since the day on which its open alert fired, with the numbers
-- that the alert has today.
with actions as (
    select * from {{ ref('rpt_recommended_actions') }}
    where action_type = 're_engagement'
),

alerts as (
    select * from {{ ref('fct_alerts') }}
    where rule_id = 'account_at_risk' and state = 'open'
)

select
    actions.entity_id,
    actions.evidence,
    alerts.fired_on,
    actions.metric_value,
    alerts.current_value
from actions
inner join alerts on actions.entity_id = alerts.entity_id
where
    actions.evidence <> cast(alerts.fired_on as {{ dbt.type_string() }})
    or alerts.current_value is null
    or actions.metric_value <> alerts.current_value
