select
    case when actions.entity_type = 'account' then actions.entity_id end as account_id,
    actions.entity_id,
    actions.entity_name as account_name,
    actions.action_type,
    actions.priority,
    action_types.label_en,
    action_types.label_fr,
    actions.reason_en,
    actions.reason_fr,
    account_executive_id,
    executives.account_executive_name
from marts.rpt_recommended_actions as actions
inner join reference.action_types as action_types using (action_type)
left join marts.dim_account_executives as executives using (account_executive_id)
