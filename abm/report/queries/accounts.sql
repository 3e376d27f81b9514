select
    account_id as page_id,
    account_id,
    accounts.account_name,
    accounts.domain,
    accounts.sector,
    accounts.account_size_tier,
    accounts.country,
    accounts.is_benchmark_fallback as is_on_stand_in,
    accounts.abm_tier,
    accounts.activated_on,
    accounts.customer_since_on,
    accounts.account_owner_id as account_executive_id,
    executives.account_executive_name,
    engagement.aes,
    engagement.aes_band,
    engagement.aes_status,
    engagement.lower_threshold,
    engagement.upper_threshold,
    engagement.aes_change_30d,
    engagement.engagement_rank,
    engagement.last_engaged_on,
    penetration.apr_pct,
    penetration.apr_reason,
    penetration.apr_target_pct,
    case
        when penetration.is_on_target then 'on_target'
        when not penetration.is_on_target then 'below'
    end as apr_status,
    penetration.engaged_stakeholders,
    penetration.identified_stakeholders,
    penetration.missing_key_roles as missing_key_roles_en,
    penetration.missing_key_roles_fr,
    stages.label_en as stage_en,
    stages.label_fr as stage_fr
from marts.dim_accounts as accounts
inner join marts.fct_account_engagement as engagement using (account_id)
inner join marts.fct_account_penetration as penetration using (account_id)
inner join marts.fct_account_journey as journeys using (account_id)
left join marts.dim_account_executives as executives
    on accounts.account_owner_id = executives.account_executive_id
left join reference.journey_stages as stages on journeys.current_stage = stages.stage
where accounts.is_abm_now
order by engagement.engagement_rank
