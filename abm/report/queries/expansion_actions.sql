select
    actions.entity_id as account_id,
    actions.entity_name as account_name,
    actions.reason_en,
    actions.reason_fr,
    account_executive_id,
    executives.account_executive_name
from marts.rpt_recommended_actions as actions
left join marts.dim_account_executives as executives using (account_executive_id)
where actions.action_type = 'expansion'
order by actions.priority, actions.entity_name, actions.entity_id
