select
    actions.account_executive_id as page_id,
    case when actions.entity_type = 'account' then actions.entity_id end as account_id,
    actions.entity_name as account_name,
    action_types.label_en,
    action_types.label_fr,
    actions.reason_en,
    actions.reason_fr
from marts.rpt_recommended_actions as actions
inner join reference.action_types as action_types using (action_type)
order by page_id, actions.priority, actions.action_type, actions.entity_name, actions.entity_id
