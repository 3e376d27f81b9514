select
    alerts.fired_on,
    alerts.message_en,
    alerts.message_fr,
    alerts.severity,
    account_executive_id,
    executives.account_executive_name
from marts.fct_alerts as alerts
cross join audit.audit_settings as settings
left join marts.dim_account_executives as executives using (account_executive_id)
where
    alerts.fired_on >= date_trunc('week', settings.as_of_on)
    and alerts.state <> 'baseline'
    and alerts.severity <> 'info'
order by alerts.fired_on desc, alerts.severity, alerts.entity_name, alerts.alert_id
