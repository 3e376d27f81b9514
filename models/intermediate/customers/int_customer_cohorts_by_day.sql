with customers as (
    select * from {{ ref('int_customers_by_day') }}
),

revenues as (
    select * from {{ ref('int_customer_revenues_by_day') }}
),

accounts as (
    select * from {{ ref('int_accounts') }}
),

days as (
    select * from {{ ref('int_days') }}
),

described as (
    select
        customers.as_of_on,
        case when customers.is_abm_customer then 'abm' else 'non_abm' end as programme,
        accounts.sector,
        customers.is_expansion_observable,
        customers.is_retention_observable,
        customers.is_retained,
        (
            customers.customer_since_on >= days.complete_months_from_on
            and customers.customer_since_on < days.month_start_on
        ) as is_new,
        revenues.year_1_revenue,
        coalesce(revenues.expansion_amount, 0) as expansion_amount,
        coalesce(revenues.n_without_history, 0) as n_without_history
    from customers
    inner join days on customers.as_of_on = days.as_of_on
    inner join accounts on customers.account_id = accounts.account_id
    left join revenues
        on
            customers.as_of_on = revenues.as_of_on
            and customers.account_id = revenues.account_id
),

-- A customer counts in its sector and in the total of its programme.
counted_twice as (
    select
        *,
        sector as counted_sector
    from described

    union all

    select
        *,
        'all' as counted_sector
    from described
),

final as (
    select
        as_of_on,
        programme,
        counted_sector as sector,
        count(*) as n_customers,
        sum(case when is_new then 1 else 0 end) as n_new_customers,
        -- A mean of doubles would differ in the last bit from build to build.
        cast(
            sum(case when is_expansion_observable then year_1_revenue end) as {{ type_double() }}
        ) / nullif(count(case when is_expansion_observable then year_1_revenue end), 0)
            as year_1_revenue_avg,
        sum(case when is_expansion_observable then 1 else 0 end) as n_expansion,
        sum(case when is_expansion_observable then year_1_revenue end) as year_1_revenue,
        sum(case when is_expansion_observable then expansion_amount end) as expansion_amount,
        sum(case when is_retention_observable then 1 else 0 end) as n_terms_ended,
        count(case when is_retention_observable then is_retained end) as n_retention,
        sum(case when is_retention_observable and is_retained then 1 else 0 end) as n_retained,
        sum(n_without_history) as n_without_history
    from counted_twice
    group by as_of_on, programme, counted_sector
)

select * from final
