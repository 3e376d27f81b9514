with forecasts as (
    select * from {{ ref('int_revenue_forecasts_by_reporting_date') }}
    where as_of_on = {{ as_of_date() }}
),

bands as (
    select * from {{ ref('int_forecast_bands_ranked') }}
),

final as (
    select
        forecasts.as_of_on,
        forecasts.forecast_month_on,
        cast(forecasts.horizon_months as integer) as horizon_months,
        forecasts.method,
        forecasts.expected_amount,
        forecasts.forecast_reason,
        {%- for bound, percentile in {'low_80': 'p10', 'high_80': 'p90'}.items() %}
        case
            when forecasts.expected_amount > 0
                then {{ double_as_decimal(
                    'cast(forecasts.expected_amount as ' ~ type_double()
                    ~ ') * (1 + bands.relative_error_' ~ percentile ~ ')', 2
                ) }}
        end as {{ bound }},
        {%- endfor %}
        cast(coalesce(bands.n_errors, 0) as integer) as n_errors,
        case
            when forecasts.expected_amount is null then 'no_forecast'
            when forecasts.expected_amount <= 0 then 'forecast_is_zero'
            when bands.relative_error_p10 is null then 'too_few_errors'
        end as band_reason
    from forecasts
    left join bands
        on
            forecasts.method = bands.method
            and forecasts.horizon_months = bands.horizon_months
)

select * from final
