-- What was lost before the 12 complete months is nothing that is judged daily.
with states as (
    select * from {{ ref('int_opportunity_states') }}
),

days as (
    select * from {{ ref('int_days') }}
),

final as (
    select
        days.as_of_on,
        days.is_reporting_date,
        states.*
    from states
    inner join days on {{ is_in_force('states', 'days.as_of_on') }}
    where
        days.is_reporting_date
        or states.outcome <> 'lost'
        or states.closed_on >= days.complete_months_from_on
)

select * from final
