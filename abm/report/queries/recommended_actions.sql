select
    case when actions.entity_type = 'account' then actions.entity_id end as account_id,
    actions.entity_id,
    actions.entity_name as account_name,
    coalesce(channels.label_en, actions.entity_name) as entity_name_en,
    coalesce(channels.label_fr, actions.entity_name) as entity_name_fr,
    actions.action_type,
    actions.priority,
    actions.value_rank,
    actions.value_amount,
    actions.value_basis,
    action_types.action_order,
    action_types.label_en,
    action_types.label_fr,
    actions.reason_en,
    actions.reason_fr,
    actions.account_executive_id,
    executives.account_executive_name,
    risks.fired_on as at_risk_since_on,
    risks.due_at,
    risks.state as alert_state,
    risks.amount_at_stake
from marts.rpt_recommended_actions as actions
inner join reference.action_types as action_types using (action_type)
left join marts.dim_channels as channels
    on actions.entity_type = 'channel' and actions.entity_id = channels.channel
left join marts.dim_account_executives as executives
    on actions.account_executive_id = executives.account_executive_id
left join marts.fct_alerts as risks
    on
        actions.action_type = 're_engagement'
        and actions.entity_id = risks.entity_id
        and risks.rule_id = 'account_at_risk'
        and risks.ended_on is null
