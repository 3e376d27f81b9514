select
    moved,
    count(*) as n_accounts
from marts.fct_account_journey
where is_abm_now
group by moved
order by moved
