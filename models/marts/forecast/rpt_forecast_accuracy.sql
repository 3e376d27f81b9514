with forecasts as (
    select * from {{ ref('int_revenue_forecasts_by_reporting_date') }}
    where as_of_on = {{ as_of_date() }}
),

records as (
    select * from {{ ref('int_forecast_records_by_reporting_date') }}
    where judged_on = {{ as_of_date() }}
),

errors as (
    select * from {{ ref('int_forecast_errors_by_reporting_date') }}
    where judged_on = {{ as_of_date() }} and method = 'naive'
),

recommended as (
    select * from {{ ref('int_recommended_forecasts_by_reporting_date') }}
),

-- Judged out of sample: each was chosen and corrected by what was known on its day.
recommended_errors as (
    select
        errors.horizon_months,
        recommended.expected_amount,
        errors.naive_amount,
        case when recommended.as_of_on is not null then errors.actual_amount end as actual_amount
    from errors
    left join recommended
        on
            errors.as_of_on = recommended.as_of_on
            and errors.horizon_months = recommended.horizon_months
),

summed as (
    select
        method,
        horizon_months,
        n_months,
        absolute_error_amount,
        error_amount,
        actual_amount,
        naive_absolute_error_amount
    from records

    union all

    select
        'recommended' as method,
        horizon_months,
        count(expected_amount) as n_months,
        sum(abs(expected_amount - actual_amount)) as absolute_error_amount,
        sum(expected_amount - actual_amount) as error_amount,
        sum(actual_amount) as actual_amount,
        sum(case when expected_amount is not null then abs(naive_amount - actual_amount) end)
            as naive_absolute_error_amount
    from recommended_errors
    group by horizon_months
),

listed as (
    select
        as_of_on,
        method,
        horizon_months
    from forecasts

    union distinct

    select
        as_of_on,
        'recommended' as method,
        horizon_months
    from forecasts
),

final as (
    select
        listed.as_of_on,
        listed.method,
        cast(listed.horizon_months as integer) as horizon_months,
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
            when listed.method <> 'naive' and summed.actual_amount <> 0
                then summed.absolute_error_amount < summed.naive_absolute_error_amount
        end as beats_naive,
        case
            when summed.method is null then 'no_complete_month'
            when summed.n_months = 0 then 'no_forecast'
            when summed.actual_amount = 0 then 'nothing_won'
        end as accuracy_reason
    from listed
    left join summed
        on
            listed.method = summed.method
            and listed.horizon_months = summed.horizon_months
)

select * from final
