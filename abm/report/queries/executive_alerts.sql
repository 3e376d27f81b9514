select
    alerts.account_executive_id as page_id,
    alerts.fired_on,
    alerts.message_en,
    alerts.message_fr,
    alerts.severity,
    alerts.due_at
from marts.fct_alerts as alerts
where alerts.state = 'open'
order by page_id, alerts.due_at, alerts.alert_id
