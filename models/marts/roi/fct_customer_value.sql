with customers as (
    select * from {{ ref('int_customers_termed') }}
),

accounts as (
    select * from {{ ref('int_accounts_classified') }}
),

opportunities as (
    select * from {{ ref('int_opportunities_valued') }}
    where is_won
),

won as (
    select
        customers.account_id,
        opportunities.opportunity_type,
        opportunities.amount,
        (
            opportunities.closed_on >= customers.customer_since_on
            and opportunities.closed_on < {{ days_after('customers.customer_since_on', 365) }}
        ) as is_in_year_1
    from customers
    inner join opportunities on customers.account_id = opportunities.account_id
),

revenue as (
    select
        account_id,
        sum(case when is_in_year_1 and opportunity_type = 'new_business' then amount end)
            as year_1_revenue,
        sum(case when is_in_year_1 and opportunity_type = 'expansion' then amount end)
            as expansion_amount,
        sum(amount) as lifetime_revenue
    from won
    group by account_id
),

final as (
    select
        customers.account_id,
        customers.customer_since_on,
        customers.is_abm_customer,
        accounts.sector,
        cast(revenue.year_1_revenue as {{ type_decimal(2) }}) as year_1_revenue,
        cast(coalesce(revenue.expansion_amount, 0) as {{ type_decimal(2) }}) as expansion_amount,
        customers.term_end_on,
        customers.retention_basis,
        customers.is_retained,
        customers.is_retention_observable,
        customers.is_expansion_observable,
        cast(coalesce(revenue.lifetime_revenue, 0) as {{ type_decimal(2) }}) as lifetime_revenue
    from customers
    inner join accounts on customers.account_id = accounts.account_id
    left join revenue on customers.account_id = revenue.account_id
)

select * from final
