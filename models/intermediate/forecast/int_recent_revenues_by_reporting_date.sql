-- A month without a win counts as 0.
{% set n_months = 3 %}

with reporting_dates as (
    select * from {{ ref('int_reporting_dates') }}
),

won_revenues as (
    select * from {{ ref('int_won_revenues_by_reporting_date') }}
),

bounded as (
    select
        as_of_on,
        case
            when is_month_end then cast({{ dbt.dateadd('month', 1, 'month_start_on') }} as date)
            else month_start_on
        end as ended_before_on
    from reporting_dates
),

summed as (
    select
        bounded.as_of_on,
        coalesce(sum(won_revenues.won_amount), 0) as won_amount
    from bounded
    left join won_revenues
        on
            bounded.as_of_on = won_revenues.as_of_on
            and bounded.ended_before_on > won_revenues.month_on
            and won_revenues.month_on
            >= cast({{ dbt.dateadd('month', -n_months, 'bounded.ended_before_on') }} as date)
    group by bounded.as_of_on
),

final as (
    select
        as_of_on,
        won_amount,
        {{ double_as_decimal(
            'cast(won_amount as ' ~ type_double() ~ ') / ' ~ n_months, 2
        ) }} as won_amount_avg
    from summed
)

select * from final
