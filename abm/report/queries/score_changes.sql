select
    account_id,
    accounts.account_name,
    weekly.aes_change,
    weekly.aes,
    weekly.n_touchpoints,
    accounts.account_owner_id as account_executive_id,
    executives.account_executive_name
from marts.rpt_account_engagement_weekly as weekly
cross join audit.audit_settings as settings
inner join marts.dim_accounts as accounts using (account_id)
left join marts.dim_account_executives as executives
    on accounts.account_owner_id = executives.account_executive_id
where
    weekly.week_start_on = date_trunc('week', settings.as_of_on)
    and accounts.is_abm_now
    and weekly.aes_change <> 0
order by abs(weekly.aes_change) desc, account_id
