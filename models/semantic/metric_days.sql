-- A trailing window and the last day of a period end with the as-of date; a day before anything
-- happened is no zero.
with days as (
    select * from {{ ref('dim_dates') }}
    where is_past
),

happened as (
    select min(created_on) as first_on from {{ ref('fct_opportunities') }}

    union all

    select min(occurred_on) as first_on from {{ ref('fct_touchpoints') }}

    union all

    select min(month_start_on) as first_on from {{ ref('fct_investments') }}
),

began as (
    select min(first_on) as first_on from happened
),

final as (
    select days.date_day
    from days
    inner join began on days.date_day >= began.first_on
)

select * from final
