with forecasts as (
    select * from {{ ref('int_revenue_forecasts_by_reporting_date') }}
    where as_of_on = {{ as_of_date() }}
),

errors as (
    select * from {{ ref('int_forecast_errors') }}
),

-- The naive forecast is measured on the same months: those in which the method had one.
summed as (
    select
        method,
        horizon_months,
        count(*) as n_complete_months,
        count(expected_amount) as n_months,
        sum(abs(expected_amount - actual_amount)) as absolute_error_amount,
        sum(expected_amount - actual_amount) as error_amount,
        sum(case when expected_amount is not null then actual_amount end) as actual_amount,
        sum(
            case when expected_amount is not null then abs(naive_amount - actual_amount) end
        ) as naive_absolute_error_amount
    from errors
    group by method, horizon_months
),

final as (
    select
        forecasts.as_of_on,
        forecasts.method,
        cast(forecasts.horizon_months as integer) as horizon_months,
        cast(coalesce(summed.n_months, 0) as integer) as n_months,
        {%- for column in (
            'absolute_error_amount', 'error_amount', 'actual_amount',
            'naive_absolute_error_amount',
        ) %}
        cast(summed.{{ column }} as {{ type_decimal(2) }}) as {{ column }},
        {%- endfor %}
        {{ share_of('summed.absolute_error_amount', 'summed.actual_amount') }} as wape,
        {{ share_of('summed.error_amount', 'summed.actual_amount') }} as bias_ratio,
        {{ share_of('summed.naive_absolute_error_amount', 'summed.actual_amount') }} as naive_wape,
        case
            when forecasts.method <> 'naive' and summed.actual_amount <> 0
                then summed.absolute_error_amount < summed.naive_absolute_error_amount
        end as beats_naive,
        case
            when summed.method is null then 'no_complete_month'
            when summed.n_months = 0 then 'no_forecast'
            when summed.actual_amount = 0 then 'nothing_won'
        end as accuracy_reason
    from forecasts
    left join summed
        on
            forecasts.method = summed.method
            and forecasts.horizon_months = summed.horizon_months
)

select * from final
