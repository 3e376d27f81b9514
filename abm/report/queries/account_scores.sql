select
    account_id as page_id,
    weekly.aes
from marts.rpt_account_engagement_weekly as weekly
inner join marts.dim_accounts as accounts using (account_id)
where accounts.is_abm_now
order by account_id, weekly.week_start_on
