select
    account_id,
    accounts.account_name,
    accounts.is_benchmark_fallback as is_on_stand_in,
    hot_accounts.aes,
    hot_accounts.aes_change,
    hot_accounts.top_driver as top_driver_en,
    hot_accounts.top_driver_fr,
    hot_accounts.last_sales_touch_on,
    hot_accounts.account_owner_id as account_executive_id,
    executives.account_executive_name
from marts.rpt_hot_accounts_weekly as hot_accounts
cross join audit.audit_settings as settings
inner join marts.dim_accounts as accounts using (account_id)
left join marts.dim_account_executives as executives
    on hot_accounts.account_owner_id = executives.account_executive_id
where hot_accounts.week_start_on = date_trunc('week', settings.as_of_on)
order by hot_accounts.aes desc, account_id
