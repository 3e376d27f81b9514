-- 14 months are at most 427 days.
{{ config(materialized='table') }}

with reporting_dates as (
    select * from {{ ref('int_reporting_dates') }}
),

oldest as (
    select min(as_of_on) as as_of_on
    from reporting_dates
),

numbers as (
    {{ dbt.generate_series(427) }}
),

days as (
    select {{ days_after(as_of_date(), '1 - cast(generated_number as integer)') }} as as_of_on
    from numbers
),

final as (
    select
        days.as_of_on,
        days.as_of_on = reporting_dates.as_of_on as is_reporting_date,
        reporting_dates.month_start_on,
        reporting_dates.complete_months_from_on
    from days
    inner join reporting_dates
        on
            days.as_of_on >= reporting_dates.month_start_on
            and days.as_of_on <= reporting_dates.as_of_on
    inner join oldest on days.as_of_on >= oldest.as_of_on
)

select * from final
