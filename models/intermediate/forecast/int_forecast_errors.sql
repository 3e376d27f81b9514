{% set n_month_ends = 12 %}

with forecasts as (
    select * from {{ ref('int_revenue_forecasts_by_reporting_date') }}
),

reporting_dates as (
    select * from {{ ref('int_reporting_dates') }}
    where months_ago between 1 and {{ n_month_ends }}
),

won_revenues as (
    select * from {{ ref('int_won_revenues_by_reporting_date') }}
    where as_of_on = {{ as_of_date() }}
),

past as (
    select forecasts.*
    from forecasts
    inner join reporting_dates on forecasts.as_of_on = reporting_dates.as_of_on
    where
        cast({{ dbt.dateadd('month', 1, 'forecasts.forecast_month_on') }} as date)
        <= {{ as_of_date(1) }}
),

-- An error relative to a forecast of nothing is no number.
final as (
    select
        past.as_of_on,
        past.forecast_month_on,
        past.horizon_months,
        past.method,
        past.expected_amount,
        naive.expected_amount as naive_amount,
        coalesce(won_revenues.won_amount, 0) as actual_amount,
        case
            when past.expected_amount > 0
                then
                    cast(
                        coalesce(won_revenues.won_amount, 0) - past.expected_amount
                        as {{ type_double() }}
                    ) / cast(past.expected_amount as {{ type_double() }})
        end as relative_error
    from past
    inner join past as naive
        on
            past.as_of_on = naive.as_of_on
            and past.forecast_month_on = naive.forecast_month_on
            and naive.method = 'naive'
    left join won_revenues on past.forecast_month_on = won_revenues.month_on
)

select * from final
