select
    alerts.due_at,
    alerts.message_en,
    alerts.message_fr,
    account_executive_id,
    executives.account_executive_name
from marts.fct_alerts as alerts
left join marts.dim_account_executives as executives using (account_executive_id)
where alerts.state = 'open' and alerts.severity = 'high'
order by alerts.due_at, alerts.entity_name, alerts.alert_id
