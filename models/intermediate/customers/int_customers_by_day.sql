{{ config(materialized='table') }}

with customers as (
    select * from {{ ref('int_first_terms_by_day') }}
),

renewals as (
    select * from {{ ref('int_opportunities_by_day') }}
    where is_won and account_id is not null and opportunity_type = 'renewal'
),

contracts as (
    select * from {{ ref('int_contracts_by_day') }}
),

renewed as (
    select distinct
        customers.as_of_on,
        customers.account_id
    from customers
    inner join renewals
        on
            customers.as_of_on = renewals.as_of_on
            and customers.account_id = renewals.account_id
            and renewals.closed_on >= {{ days_after('customers.term_end_on', -180) }}
            and renewals.closed_on <= {{ days_after('customers.term_end_on', 90) }}
),

under_contract as (
    select distinct
        customers.as_of_on,
        customers.account_id
    from customers
    inner join contracts
        on
            customers.as_of_on = contracts.as_of_on
            and customers.account_id = contracts.account_id
            and contracts.started_on <= {{ days_after('customers.term_end_on', 90) }}
            and (
                contracts.ended_on is null
                or contracts.ended_on >= {{ days_after('customers.term_end_on', 90) }}
            )
),

-- Without any renewal and any contract nobody can be known to have stayed.
observed_dates as (
    select as_of_on from renewals
    union distinct
    select as_of_on from contracts
),

final as (
    select
        customers.as_of_on,
        customers.account_id,
        customers.customer_since_on,
        customers.is_abm_customer,
        customers.term_end_on,
        customers.retention_basis,
        customers.term_end_on <= {{ days_after('customers.as_of_on', -90) }}
            as is_retention_observable,
        customers.customer_since_on < {{ days_after('customers.as_of_on', -365) }}
            as is_expansion_observable,
        case
            when
                customers.term_end_on <= {{ days_after('customers.as_of_on', -90) }}
                and observed_dates.as_of_on is not null
                then renewed.account_id is not null or under_contract.account_id is not null
        end as is_retained
    from customers
    left join observed_dates on customers.as_of_on = observed_dates.as_of_on
    left join renewed
        on customers.as_of_on = renewed.as_of_on and customers.account_id = renewed.account_id
    left join under_contract
        on
            customers.as_of_on = under_contract.as_of_on
            and customers.account_id = under_contract.account_id
)

select * from final
