-- Of the methods with a band, a forecast above 0 and enough past errors, the one that was least
-- wrong by then, times how much of its forecasts came true in the median: the median of its errors
-- lies inside their band, so the figure lies inside its own.
with forecasts as (
    select * from {{ ref('int_revenue_forecasts_by_reporting_date') }}
    where expected_amount > 0
),

records as (
    select * from {{ ref('int_forecast_records_by_reporting_date') }}
    where has_band and wape is not null
),

ranked as (
    select
        forecasts.as_of_on,
        forecasts.forecast_month_on,
        forecasts.horizon_months,
        forecasts.method as chosen_method,
        cast(forecasts.expected_amount as {{ type_double() }}) as chosen_amount,
        records.n_errors,
        records.relative_error_p10,
        records.relative_error_p50,
        records.relative_error_p90,
        row_number() over (
            partition by forecasts.as_of_on, forecasts.horizon_months
            order by
                {{ double_as_decimal('records.wape', 12, 38) }},
                {{ binary_order('forecasts.method') }}
        ) as method_rank
    from forecasts
    inner join records
        on
            forecasts.as_of_on = records.judged_on
            and forecasts.method = records.method
            and forecasts.horizon_months = records.horizon_months
),

final as (
    select
        as_of_on,
        forecast_month_on,
        horizon_months,
        chosen_method,
        1 + relative_error_p50 as correction_ratio,
        {%- for column, percentile in {
            'expected_amount': 'p50', 'low_80': 'p10', 'high_80': 'p90'
        }.items() %}
        {{ double_as_decimal(
            'chosen_amount * (1 + relative_error_' ~ percentile ~ ')', 2
        ) }} as {{ column }},
        {%- endfor %}
        n_errors
    from ranked
    where method_rank = 1
)

select * from final
