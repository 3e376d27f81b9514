select
    account_id,
    accounts.account_name,
    journeys.moved,
    journeys.previous_month_stage,
    journeys.current_stage,
    coalesce(stages.stage_order, 0) as stage_order,
    coalesce(previous_stages.stage_order, 0) as previous_stage_order,
    engagement.aes,
    accounts.account_owner_id as account_executive_id,
    executives.account_executive_name
from marts.fct_account_journey as journeys
inner join marts.dim_accounts as accounts using (account_id)
inner join marts.fct_account_engagement as engagement using (account_id)
left join marts.dim_account_executives as executives
    on accounts.account_owner_id = executives.account_executive_id
left join reference.journey_stages as stages on journeys.current_stage = stages.stage
left join reference.journey_stages as previous_stages
    on journeys.previous_month_stage = previous_stages.stage
where accounts.is_abm_now
