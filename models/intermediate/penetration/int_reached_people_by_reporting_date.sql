{{ config(materialized='table') }}

with people as (
    select * from {{ ref('int_people') }}
    where account_id is not null
),

buying_roles as (
    select * from {{ ref('int_buying_roles_by_reporting_date') }}
),

decision_roles as (
    select distinct buying_role
    from {{ ref('buying_roles') }}
    where is_decision_maker
),

reporting_dates as (
    select * from {{ ref('int_reporting_dates') }}
),

touchpoints as (
    select * from {{ ref('int_touchpoints') }}
    where
        person_id is not null
        and account_id = person_account_id
        and (is_engagement or is_exposure)
        and not is_machine
),

touched_days as (
    select
        person_id,
        occurred_on,
        max(case when is_counted_engagement then 1 else 0 end) as is_engaged
    from touchpoints
    group by person_id, occurred_on
),

own_touches as (
    select
        reporting_dates.as_of_on,
        touched_days.person_id,
        max(touched_days.is_engaged) as is_engaged
    from touched_days
    inner join reporting_dates
        on {{ is_in_trailing_days(
            'touched_days.occurred_on', var('aes_window_days'), 'reporting_dates.as_of_on'
        ) }}
    group by reporting_dates.as_of_on, touched_days.person_id
),

known as (
    select
        reporting_dates.as_of_on,
        people.account_id,
        people.person_id,
        people.persona,
        coalesce(buying_roles.buying_role, 'none') <> 'none' as is_stakeholder,
        coalesce(buying_roles.is_declared_stakeholder, false) as is_declared_stakeholder,
        decision_roles.buying_role is not null as is_decision_maker
    from people
    inner join reporting_dates
        on people.known_since_on is null or people.known_since_on <= reporting_dates.as_of_on
    left join buying_roles
        on
            people.person_id = buying_roles.person_id
            and reporting_dates.as_of_on = buying_roles.as_of_on
    left join decision_roles on buying_roles.buying_role = decision_roles.buying_role
    where reporting_dates.months_ago = 0 or buying_roles.person_id is not null
),

final as (
    select
        known.*,
        own_touches.person_id is not null as is_reached,
        coalesce(own_touches.is_engaged, 0) = 1 as is_engaged
    from known
    left join own_touches
        on known.person_id = own_touches.person_id and known.as_of_on = own_touches.as_of_on
)

select * from final
