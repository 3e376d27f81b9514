with pipelines as (
    select
        account_id,
        sum(amount) as pipeline_amount
    from marts.fct_opportunities
    where is_open and opportunity_type <> 'renewal'
    group by account_id
)

select
    account_id,
    accounts.account_name,
    accounts.sector,
    accounts.account_size_tier,
    accounts.is_benchmark_fallback as is_on_stand_in,
    accounts.customer_since_on,
    engagement.aes,
    engagement.aes_status,
    engagement.aes_change_30d,
    engagement.stakeholder_reach,
    pipelines.pipeline_amount,
    accounts.account_owner_id as account_executive_id,
    executives.account_executive_name
from marts.dim_accounts as accounts
inner join marts.fct_account_engagement as engagement using (account_id)
left join pipelines using (account_id)
left join marts.dim_account_executives as executives
    on accounts.account_owner_id = executives.account_executive_id
where not accounts.is_abm_now and account_id <> 'unknown' and engagement.aes_band = 'top'
order by engagement.aes desc, account_id
