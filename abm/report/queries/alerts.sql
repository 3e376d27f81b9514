select
    alerts.alert_id,
    alerts.rule_id,
    case
        when alerts.entity_type = 'account' then alerts.entity_id
        else opportunities.account_id
    end as account_id,
    alerts.entity_name,
    alerts.message_en,
    alerts.message_fr,
    alerts.severity,
    alerts.state,
    alerts.fired_on,
    alerts.fired_on >= date_trunc('week', settings.as_of_on) as is_of_this_week,
    alerts.due_at,
    alerts.is_sla_met,
    alerts.account_executive_id,
    executives.account_executive_name
from marts.fct_alerts as alerts
cross join audit.audit_settings as settings
left join marts.fct_opportunities as opportunities
    on alerts.entity_type = 'opportunity' and alerts.entity_id = opportunities.opportunity_id
left join marts.dim_account_executives as executives
    on alerts.account_executive_id = executives.account_executive_id
