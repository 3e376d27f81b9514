-- A table: the few rows of the few types that have a cap.
{{ config(materialized='table') }}

with touchpoints as (
    select * from {{ ref('int_touchpoints_flagged') }}
),

interaction_types as (
    select * from {{ ref('interaction_types') }}
),

ranked as (
    select
        touchpoints.touchpoint_id,
        interaction_types.max_per_person_day,
        row_number() over (
            partition by
                touchpoints.person_id, touchpoints.interaction_type, touchpoints.occurred_on
            order by
                touchpoints.occurred_at, {{ source_priority('touchpoints.source_system') }},
                {{ binary_order('touchpoints.source_record_id') }},
                {{ binary_order('touchpoints.touchpoint_id') }}
        ) as touch_rank
    from touchpoints
    inner join interaction_types
        on touchpoints.interaction_type = interaction_types.interaction_type
    where
        interaction_types.max_per_person_day is not null
        and touchpoints.person_id is not null
        and not touchpoints.is_machine
),

final as (
    select touchpoint_id
    from ranked
    where touch_rank > max_per_person_day
)

select * from final
