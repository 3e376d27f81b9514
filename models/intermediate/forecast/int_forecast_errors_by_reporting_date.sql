-- What was known of past forecasts on a date, so that a choice among methods can be judged by what
-- it could have known then.
{{ config(materialized='table') }}

{% set n_month_ends = 12 %}

with forecasts as (
    select * from {{ ref('int_revenue_forecasts_by_reporting_date') }}
),

reporting_dates as (
    select * from {{ ref('int_reporting_dates') }}
),

won_revenues as (
    select * from {{ ref('int_won_revenues_by_reporting_date') }}
),

past as (
    select
        judged.as_of_on as judged_on,
        forecasts.*
    from reporting_dates as judged
    inner join reporting_dates as made
        on made.months_ago - judged.months_ago between 1 and {{ n_month_ends }}
    inner join forecasts
        on
            made.as_of_on = forecasts.as_of_on
            and cast({{ dbt.dateadd('month', 1, 'forecasts.forecast_month_on') }} as date)
            <= {{ days_after('judged.as_of_on', 1) }}
),

-- An error relative to a forecast of nothing is no number.
final as (
    select
        past.judged_on,
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
            past.judged_on = naive.judged_on
            and past.as_of_on = naive.as_of_on
            and past.forecast_month_on = naive.forecast_month_on
            and naive.method = 'naive'
    left join won_revenues
        on
            past.judged_on = won_revenues.as_of_on
            and past.forecast_month_on = won_revenues.month_on
)

select * from final
