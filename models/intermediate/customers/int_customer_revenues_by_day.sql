{{ config(materialized='table') }}

with customers as (
    select * from {{ ref('int_customers_by_day') }}
),

opportunities as (
    select * from {{ ref('int_opportunities_by_day') }}
    where is_won
),

won as (
    select
        customers.as_of_on,
        customers.account_id,
        opportunities.opportunity_type,
        opportunities.amount,
        opportunities.history_basis,
        (
            opportunities.closed_on >= customers.customer_since_on
            and opportunities.closed_on < {{ days_after('customers.customer_since_on', 365) }}
        ) as is_in_year_1
    from customers
    inner join opportunities
        on
            customers.as_of_on = opportunities.as_of_on
            and customers.account_id = opportunities.account_id
),

final as (
    select
        as_of_on,
        account_id,
        sum(case when is_in_year_1 and opportunity_type = 'new_business' then amount end)
            as year_1_revenue,
        coalesce(
            sum(case when is_in_year_1 and opportunity_type = 'expansion' then amount end), 0
        ) as expansion_amount,
        coalesce(sum(amount), 0) as lifetime_revenue,
        sum(case when history_basis = 'exact' then 0 else 1 end) as n_without_history
    from won
    group by as_of_on, account_id
)

select * from final
