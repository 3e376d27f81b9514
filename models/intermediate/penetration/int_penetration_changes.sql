-- A stakeholder is engaged from the first touch, or from the day they were identified, until the
-- last touch leaves the window. The stretches of two touches that meet or overlap are one.
{{ config(materialized='table') }}

with people as (
    select * from {{ ref('int_people') }}
    where account_id is not null
),

role_records as (
    select * from {{ ref('int_buying_role_records') }}
    where role_raw is not null or role_source = 'declared'
),

person_records as (
    select * from {{ ref('int_person_records_unified') }}
),

touchpoints as (
    select * from {{ ref('int_touchpoints') }}
    where person_id is not null and account_id = person_account_id and is_counted_engagement
),

identified as (
    select
        people.account_id,
        people.person_id,
        min(
            case
                when people.known_since_on > {{ date_of('role_records.stated_at') }}
                    then people.known_since_on
                else
                    coalesce(
                        {{ date_of('role_records.stated_at') }},
                        people.known_since_on,
                        cast('1900-01-01' as date)
                    )
            end
        ) as identified_on
    from people
    inner join person_records on people.person_id = person_records.person_id
    inner join role_records
        on
            person_records.source_system = role_records.source_system
            and person_records.person_record_id = role_records.person_record_id
    group by people.account_id, people.person_id
),

touched_days as (
    select distinct
        identified.account_id,
        identified.person_id,
        case
            when touchpoints.occurred_on < identified.identified_on then identified.identified_on
            else touchpoints.occurred_on
        end as engaged_from_on,
        {{ days_after('touchpoints.occurred_on', var('aes_window_days')) }} as engaged_to_on
    from identified
    inner join touchpoints on identified.person_id = touchpoints.person_id
    where
        {{ days_after('touchpoints.occurred_on', var('aes_window_days')) }}
        > identified.identified_on
),

neighbours as (
    select
        account_id,
        engaged_from_on,
        engaged_to_on,
        lag(engaged_to_on) over (
            partition by account_id, person_id order by engaged_to_on
        ) as previous_to_on,
        lead(engaged_from_on) over (
            partition by account_id, person_id order by engaged_to_on
        ) as next_from_on
    from touched_days
),

changes as (
    select
        account_id,
        identified_on as changed_on,
        1 as identified_stakeholders,
        0 as engaged_stakeholders
    from identified

    union all

    select
        account_id,
        engaged_from_on as changed_on,
        0 as identified_stakeholders,
        1 as engaged_stakeholders
    from neighbours
    where previous_to_on is null or previous_to_on < engaged_from_on

    union all

    select
        account_id,
        engaged_to_on as changed_on,
        0 as identified_stakeholders,
        -1 as engaged_stakeholders
    from neighbours
    where next_from_on is null or next_from_on > engaged_to_on
),

final as (
    select
        account_id,
        changed_on,
        sum(identified_stakeholders) as identified_stakeholders,
        sum(engaged_stakeholders) as engaged_stakeholders
    from changes
    group by account_id, changed_on
)

select * from final
