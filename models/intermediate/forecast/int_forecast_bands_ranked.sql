-- How far what was won lay from past forecasts of a method and horizon: the 10th and the 90th
-- percentile of the relative errors, by nearest rank, from 6 errors on.
{% set least_errors = 6 %}

with errors as (
    select * from {{ ref('int_forecast_errors') }}
    where relative_error is not null
),

ranked as (
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

-- The nearest rank of a tenth of n is the first that is not below it.
final as (
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
    from ranked
    group by method, horizon_months
)

select * from final
