select
    moved,
    count(*) as n_accounts
from marts.fct_account_journey
inner join marts.dim_accounts using (account_id)
where is_abm_now
group by moved
order by moved
