select
    alerts.alert_id,
    alerts.rule_id,
    case
        when alerts.entity_type = 'account' then alerts.entity_id
        else opportunities.account_id
    end as account_id,
    alerts.entity_type,
    alerts.entity_name,
    alerts.message_en,
    alerts.message_fr,
    alerts.severity,
    alerts.state,
    alerts.fired_on,
    alerts.fired_on >= date_trunc('week', settings.as_of_on) as is_of_this_week,
    alerts.crossed_at,
    alerts.due_at,
    alerts.ended_on,
    alerts.ended_on > settings.as_of_on - 30 as ended_in_30_days,
    alerts.is_overdue,
    alerts.is_sla_met,
    -- That of an account at risk, percent or days, is in its recommended action.
    case
        when alerts.ended_on is null and alerts.rule_id <> 'account_at_risk'
            then alerts.current_value
    end as current_value,
    alert_rules.unit,
    alerts.threshold,
    alerts.amount_at_stake,
    alerts.owner_role,
    alerts.account_executive_id,
    executives.account_executive_name,
    executives.manager_id,
    managers.account_executive_name as manager_name
from marts.fct_alerts as alerts
cross join audit.audit_settings as settings
inner join reference.alert_rules as alert_rules on alerts.rule_id = alert_rules.rule_id
left join marts.fct_opportunities as opportunities
    on alerts.entity_type = 'opportunity' and alerts.entity_id = opportunities.opportunity_id
left join marts.dim_account_executives as executives
    on alerts.account_executive_id = executives.account_executive_id
left join marts.dim_account_executives as managers
    on executives.manager_id = managers.account_executive_id
