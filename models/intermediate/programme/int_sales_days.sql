-- One meeting makes a touch for every person in it; here it is one meeting.
{{ config(materialized='table') }}

with touchpoints as (
    select * from {{ ref('int_touchpoints') }}
    where account_id is not null and is_sales and not is_machine
),

-- The first moment of a day tells whether the programme was there before a meeting of that day.
programme_days as (
    select
        account_id,
        occurred_on,
        min(occurred_at) as first_engaged_at
    from {{ ref('int_touchpoints') }}
    where account_id is not null and is_abm_touch and is_counted_engagement
    group by account_id, occurred_on
),

met as (
    select
        account_id,
        occurred_on,
        {{ sales_meeting_key('touchpoints') }} as meeting_key,
        min(occurred_at) as met_at
    from touchpoints
    group by account_id, occurred_on, {{ sales_meeting_key('touchpoints') }}
),

generated as (
    select distinct
        met.account_id,
        met.meeting_key
    from met
    inner join programme_days
        on
            met.account_id = programme_days.account_id
            and programme_days.first_engaged_at < met.met_at
            and programme_days.occurred_on
            >= {{ days_after('met.occurred_on', -var('aes_window_days')) }}
    where met.meeting_key is not null
),

final as (
    select
        met.account_id,
        met.occurred_on,
        cast(count(generated.meeting_key) as integer) as n_generated_meetings
    from met
    left join generated
        on met.account_id = generated.account_id and met.meeting_key = generated.meeting_key
    group by met.account_id, met.occurred_on
)

select * from final
