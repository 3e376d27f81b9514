with investments as (
    select * from {{ ref('int_investments') }}
),

reporting_dates as (
    select * from {{ ref('int_reporting_dates') }}
),

final as (
    select
        reporting_dates.as_of_on,
        investments.programme,
        investments.sector,
        sum(case when investments.in_cac then investments.amount else 0 end) as investment,
        sum(
            case
                when investments.in_cac or investments.category = 'sales_cost'
                    then investments.amount
                else 0
            end
        ) as investment_fully_loaded
    from investments
    inner join reporting_dates
        on
            investments.month_start_on >= reporting_dates.complete_months_from_on
            and investments.month_start_on < reporting_dates.month_start_on
    group by reporting_dates.as_of_on, investments.programme, investments.sector
)

select * from final
