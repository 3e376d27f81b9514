with forecasts as (
    select * from {{ ref('int_revenue_forecasts_by_reporting_date') }}
    where as_of_on = {{ as_of_date() }}
),

records as (
    select * from {{ ref('int_forecast_records_by_reporting_date') }}
    where judged_on = {{ as_of_date() }}
),

recommended as (
    select * from {{ ref('int_recommended_forecasts_by_reporting_date') }}
    where as_of_on = {{ as_of_date() }}
),

-- What is expected of open deals bears a forecast; beyond it nothing does.
expected as (
    select max(expected_close_month_on) as last_month_on
    from {{ ref('int_forecast_deals_by_reporting_date') }}
    where as_of_on = {{ as_of_date() }}
),

months as (
    select distinct
        forecasts.as_of_on,
        forecasts.forecast_month_on,
        forecasts.horizon_months
    from forecasts
    inner join expected on forecasts.forecast_month_on <= expected.last_month_on
),

listed as (
    select
        months.*,
        'recommended' as method,
        recommended.chosen_method,
        recommended.correction_ratio,
        recommended.expected_amount,
        case when recommended.as_of_on is null then 'too_few_errors' end as forecast_reason,
        recommended.low_80,
        recommended.high_80,
        recommended.n_errors
    from months
    left join recommended on months.horizon_months = recommended.horizon_months

    union all

    select
        months.*,
        forecasts.method,
        cast(null as {{ dbt.type_string() }}) as chosen_method,
        cast(null as {{ type_double() }}) as correction_ratio,
        forecasts.expected_amount,
        forecasts.forecast_reason,
        {%- for bound, percentile in {'low_80': 'p10', 'high_80': 'p90'}.items() %}
        case
            when forecasts.expected_amount > 0
                then {{ double_as_decimal(
                    'cast(forecasts.expected_amount as ' ~ type_double()
                    ~ ') * (1 + records.relative_error_' ~ percentile ~ ')', 2
                ) }}
        end as {{ bound }},
        {%- endfor %}
        records.n_errors
    from months
    inner join forecasts on months.horizon_months = forecasts.horizon_months
    left join records
        on
            forecasts.method = records.method
            and forecasts.horizon_months = records.horizon_months
),

final as (
    select
        as_of_on,
        forecast_month_on,
        cast(horizon_months as integer) as horizon_months,
        method,
        chosen_method,
        correction_ratio,
        expected_amount,
        forecast_reason,
        low_80,
        high_80,
        cast(coalesce(n_errors, 0) as integer) as n_errors,
        case
            when expected_amount is null then 'no_forecast'
            when expected_amount <= 0 and method <> 'recommended' then 'forecast_is_zero'
            when low_80 is null then 'too_few_errors'
        end as band_reason
    from listed
)

select * from final
