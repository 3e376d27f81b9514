with errors as (
    select * from {{ ref('int_forecast_errors_by_reporting_date') }}
),

-- The naive forecast is measured on the same months: those in which the method had one.
summed as (
    select
        judged_on,
        method,
        horizon_months,
        count(expected_amount) as n_months,
        sum(abs(expected_amount - actual_amount)) as absolute_error_amount,
        sum(expected_amount - actual_amount) as error_amount,
        sum(case when expected_amount is not null then actual_amount end) as actual_amount,
        sum(
            case when expected_amount is not null then abs(naive_amount - actual_amount) end
        ) as naive_absolute_error_amount
    from errors
    group by judged_on, method, horizon_months
),

ranked_errors as (
    select
        judged_on,
        method,
        horizon_months,
        relative_error,
        row_number() over (
            partition by judged_on, method, horizon_months order by relative_error, as_of_on
        ) as error_rank,
        count(*) over (partition by judged_on, method, horizon_months) as n_errors
    from errors
    where relative_error is not null
),

-- The 10th and the 90th percentile of how far what was won lay from past forecasts, and the median.
-- The nearest rank of a tenth of n is the first that is not below it.
bands as (
    select
        judged_on,
        method,
        horizon_months,
        max(n_errors) as n_errors,
        {{ has_enough('forecast', 'max(n_errors)') }} as has_band,
        {%- for tenths in (1, 9) %}
        max(
            case
                when
                    error_rank * 10 >= n_errors * {{ tenths }}
                    and (error_rank - 1) * 10 < n_errors * {{ tenths }}
                    then relative_error
            end
        ) as relative_error_p{{ tenths }}0,
        {%- endfor %}
        avg(
            case when {{ is_middle_row('error_rank', 'n_errors') }} then relative_error end
        ) as relative_error_p50
    from ranked_errors
    group by judged_on, method, horizon_months
),

final as (
    select
        summed.*,
        {{ share_of('summed.absolute_error_amount', 'summed.actual_amount') }} as wape,
        coalesce(bands.n_errors, 0) as n_errors,
        coalesce(bands.has_band, false) as has_band,
        case when bands.has_band then bands.relative_error_p10 end as relative_error_p10,
        bands.relative_error_p50,
        case when bands.has_band then bands.relative_error_p90 end as relative_error_p90
    from summed
    left join bands
        on
            summed.judged_on = bands.judged_on
            and summed.method = bands.method
            and summed.horizon_months = bands.horizon_months
)

select * from final
