select
    accounts.account_owner_id as page_id,
    account_id,
    accounts.account_name,
    accounts.sector,
    accounts.is_benchmark_fallback as is_on_stand_in,
    engagement.aes,
    engagement.aes_status,
    engagement.aes_change_30d,
    stages.label_en as stage_en,
    stages.label_fr as stage_fr,
    penetration.apr_pct,
    penetration.apr_reason,
    penetration.apr_target_pct
from marts.dim_accounts as accounts
inner join marts.fct_account_engagement as engagement using (account_id)
inner join marts.fct_account_penetration as penetration using (account_id)
inner join marts.fct_account_journey as journeys using (account_id)
left join reference.journey_stages as stages on journeys.current_stage = stages.stage
where accounts.is_abm_now
order by page_id, engagement.engagement_rank
