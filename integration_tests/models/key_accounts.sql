select
    accounts.account_id,
    accounts.account_name,
    owners.owner
from {{ ref('abm_warehouse', 'dim_accounts') }} as accounts
inner join {{ ref('account_owners') }} as owners
    on accounts.country = owners.country
