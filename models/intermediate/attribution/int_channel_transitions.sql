-- Steps from a channel to itself are left out: they change how long a journey is, not how it ends.
{{ config(materialized='table') }}

with touches as (
    select * from {{ ref('int_journey_touches') }}
    where attribution_basis = 'revenue'
),

opportunities as (
    select * from {{ ref('int_opportunities_now') }}
    where opportunity_type in ('new_business', 'expansion')
),

steps as (
    select
        touches.opportunity_id,
        touches.touch_number,
        'channel ' || touches.channel as to_state,
        lag('channel ' || touches.channel) over (
            partition by touches.opportunity_id order by touches.touch_number
        ) as from_state,
        lead(touches.touch_number) over (
            partition by touches.opportunity_id order by touches.touch_number
        ) as next_number,
        case when opportunities.is_won then 'won' else 'lost' end as outcome
    from touches
    inner join opportunities on touches.opportunity_id = opportunities.opportunity_id
),

transitions as (
    select
        coalesce(from_state, 'start') as from_state,
        to_state
    from steps
    where from_state is null or from_state <> to_state

    union all

    select
        to_state as from_state,
        outcome as to_state
    from steps
    where next_number is null
),

final as (
    select
        from_state,
        to_state,
        count(*) as n_transitions
    from transitions
    group by from_state, to_state
)

select * from final
