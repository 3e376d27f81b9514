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
        count(distinct case
            when interaction_type = 'sales_meeting'
                then {{ joined_key(['source_system', 'source_record_id']) }}
        end) as n_meetings
    from touchpoints
    group by account_id, occurred_on
)

select * from final
