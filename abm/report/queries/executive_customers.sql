select
    accounts.account_owner_id as page_id,
    account_id,
    accounts.account_name,
    customers.customer_since_on,
    customers.year_1_revenue,
    customers.expansion_amount,
    customers.lifetime_revenue,
    customers.term_end_on,
    customers.is_retained
from marts.fct_customer_value as customers
inner join marts.dim_accounts as accounts using (account_id)
order by page_id, customers.term_end_on nulls last, account_id
