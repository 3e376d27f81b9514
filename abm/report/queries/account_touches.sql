select
    account_id as page_id,
    types.label_en,
    types.label_fr,
    count(*) as n_touches,
    max(touches.occurred_on) as last_on,
    sum(touches.aes_weight) as aes_weight,
    sum(touches.engagement_points) as engagement_points
from marts.fct_touchpoints as touches
inner join marts.dim_accounts as accounts using (account_id)
cross join audit.audit_settings as settings
left join reference.interaction_types as types using (interaction_type)
where
    accounts.is_abm_now
    and touches.is_engagement
    and not touches.is_machine
    and not touches.is_capped
    and touches.occurred_on > settings.as_of_on - settings.aes_window_days
    and touches.occurred_on <= settings.as_of_on
group by account_id, types.label_en, types.label_fr
order by account_id, engagement_points desc, types.label_en
