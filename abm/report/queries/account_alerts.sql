select
    coalesce(opportunities.account_id, alerts.entity_id) as page_id,
    alerts.fired_on,
    alerts.message_en,
    alerts.message_fr,
    alerts.severity,
    alerts.state,
    alerts.due_at,
    alerts.is_sla_met
from marts.fct_alerts as alerts
left join marts.fct_opportunities as opportunities
    on alerts.entity_type = 'opportunity' and alerts.entity_id = opportunities.opportunity_id
where alerts.entity_type in ('account', 'opportunity')
order by page_id, alerts.state = 'open' desc, alerts.fired_on desc, alerts.alert_id
