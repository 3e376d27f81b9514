with customers as (
    select * from {{ ref('int_customers_by_reporting_date') }}
),

reporting_dates as (
    select * from {{ ref('int_reporting_dates') }}
),

accounts as (
    select * from {{ ref('int_accounts') }}
),

acquired as (
    select
        customers.as_of_on,
        case when customers.is_abm_customer then 'abm' else 'non_abm' end as programme,
        accounts.sector
    from customers
    inner join reporting_dates
        on
            customers.as_of_on = reporting_dates.as_of_on
            and customers.customer_since_on >= reporting_dates.complete_months_from_on
            and customers.customer_since_on < reporting_dates.month_start_on
    inner join accounts on customers.account_id = accounts.account_id
),

final as (
    select
        as_of_on,
        programme,
        sector,
        count(*) as new_customers
    from acquired
    group by as_of_on, programme, sector
)

select * from final
