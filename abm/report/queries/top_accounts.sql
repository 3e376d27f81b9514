select
    account_id,
    accounts.account_name,
    accounts.sector,
    accounts.is_benchmark_fallback as is_on_stand_in,
    engagement.aes,
    engagement.aes_status,
    engagement.aes_change_30d,
    hot_accounts.top_driver as top_driver_en,
    hot_accounts.top_driver_fr,
    accounts.account_owner_id as account_executive_id,
    executives.account_executive_name
from marts.fct_account_engagement as engagement
inner join marts.dim_accounts as accounts using (account_id)
left join marts.dim_account_executives as executives
    on accounts.account_owner_id = executives.account_executive_id
left join marts.rpt_hot_accounts_weekly as hot_accounts
    on
        engagement.account_id = hot_accounts.account_id
        and hot_accounts.week_start_on = date_trunc('week', engagement.as_of_on)
where accounts.is_abm_now and engagement.aes > 0
order by engagement.engagement_rank
limit 10
