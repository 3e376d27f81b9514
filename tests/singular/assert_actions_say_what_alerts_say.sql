-- An account to re-engage is told why in the words of the alert that is open on it.
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
    actions.reason_en,
    alerts.message_en,
    actions.reason_fr,
    alerts.message_fr
from actions
inner join alerts
    on
        actions.entity_id = alerts.entity_id
        and actions.evidence = cast(alerts.fired_on as {{ dbt.type_string() }})
where
    actions.reason_en <> alerts.message_en
    or actions.reason_fr <> alerts.message_fr
    or actions.metric_value <> alerts.metric_value
