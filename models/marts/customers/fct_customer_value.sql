with customers as (
    select * from {{ ref('int_customers_now') }}
),

revenues as (
    select * from {{ ref('int_customer_revenues_by_day') }}
),

accounts as (
    select * from {{ ref('int_accounts') }}
),

final as (
    select
        customers.account_id,
        customers.customer_since_on,
        customers.is_abm_customer,
        accounts.sector,
        cast(revenues.year_1_revenue as {{ type_decimal(2) }}) as year_1_revenue,
        cast(coalesce(revenues.expansion_amount, 0) as {{ type_decimal(2) }}) as expansion_amount,
        customers.term_end_on,
        customers.retention_basis,
        customers.is_retained,
        customers.is_retention_observable,
        customers.is_expansion_observable,
        cast(coalesce(revenues.lifetime_revenue, 0) as {{ type_decimal(2) }}) as lifetime_revenue
    from customers
    inner join accounts on customers.account_id = accounts.account_id
    left join revenues
        on
            customers.account_id = revenues.account_id
            and customers.as_of_on = revenues.as_of_on
)

select * from final
