{% set least_errors = 6 %}

with forecasts as (
    select * from {{ ref('int_revenue_forecasts_by_reporting_date') }}
    where as_of_on = {{ as_of_date() }}
),

errors as (
    select * from {{ ref('int_forecast_errors') }}
    where relative_error is not null
),

ranked_errors as (
    select
        method,
        horizon_months,
        relative_error,
        row_number() over (
            partition by method, horizon_months order by relative_error, as_of_on
        ) as error_rank,
        count(*) over (partition by method, horizon_months) as n_errors
    from errors
),

-- The 10th and the 90th percentile of how far what was won lay from past forecasts. The nearest
-- rank of a tenth of n is the first that is not below it.
bands as (
    select
        method,
        horizon_months,
        max(n_errors) as n_errors,
        {%- for tenths in (1, 9) %}
        max(
            case
                when
                    n_errors >= {{ least_errors }}
                    and error_rank * 10 >= n_errors * {{ tenths }}
                    and (error_rank - 1) * 10 < n_errors * {{ tenths }}
                    then relative_error
            end
        ) as relative_error_p{{ tenths }}0
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from ranked_errors
    group by method, horizon_months
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
