select
    alerts.entity_id as account_id,
    alerts.entity_name as account_name,
    alerts.message_en,
    alerts.message_fr,
    alerts.fired_on,
    alerts.due_at,
    account_executive_id,
    executives.account_executive_name
from marts.fct_alerts as alerts
left join marts.dim_account_executives as executives using (account_executive_id)
where alerts.rule_id = 'account_at_risk' and alerts.state = 'open'
order by alerts.fired_on desc, alerts.entity_name, alerts.alert_id
