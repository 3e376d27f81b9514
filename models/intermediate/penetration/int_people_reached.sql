-- People with an account, and whether their own account was touched by them of late. A touch on
-- another account than the person's own says nothing about this account's committee.
{{ config(materialized='table') }}

with people as (
    select * from {{ ref('int_people_matched') }}
    where account_id is not null
),

touchpoints as (
    select * from {{ ref('int_touchpoints_scored') }}
    where
        person_id is not null
        and account_id = person_account_id
        and {{ is_in_trailing_days('occurred_on', var('aes_window_days')) }}
        and (is_engagement or is_exposure)
        and not is_machine
),

own_touches as (
    select
        person_id,
        max(case when is_counted_engagement then 1 else 0 end) as is_engaged
    from touchpoints
    group by person_id
),

final as (
    select
        people.account_id,
        people.person_id,
        people.persona,
        people.is_stakeholder,
        people.is_declared_stakeholder,
        people.is_decision_maker,
        own_touches.person_id is not null as is_reached,
        coalesce(own_touches.is_engaged, 0) = 1 as is_engaged
    from people
    left join own_touches on people.person_id = own_touches.person_id
)

select * from final
