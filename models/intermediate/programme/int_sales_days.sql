-- One meeting makes a touch for every person in it; here it is one meeting.
{{ config(materialized='table') }}

with touchpoints as (
    select * from {{ ref('int_touchpoints') }}
    where account_id is not null and is_sales and not is_machine
),

final as (
    select
        account_id,
        occurred_on,
        count(distinct {{ sales_meeting_key('touchpoints') }}) as n_meetings
    from touchpoints
    group by account_id, occurred_on
)

select * from final
