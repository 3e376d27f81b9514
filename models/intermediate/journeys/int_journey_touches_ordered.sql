-- The touches of every won deal in their order.
{{ config(materialized='table') }}

with journeys as (
    select * from {{ ref('int_journeys_bounded') }}
),

touchpoints as (
    select * from {{ ref('int_touchpoints_scored') }}
    where is_counted_engagement and account_id is not null
),

ordered as (
    select
        journeys.opportunity_id,
        touchpoints.touchpoint_id,
        touchpoints.channel,
        row_number() over (
            partition by journeys.opportunity_id
            order by
                touchpoints.occurred_at,
                {{ source_priority('touchpoints.source_system') }},
                {{ binary_order('touchpoints.source_record_id') }},
                {{ binary_order('touchpoints.interaction_type') }},
                {{ binary_order('touchpoints.person_id') }} nulls last,
                {{ binary_order('touchpoints.touchpoint_id') }}
        ) as touch_number
    from journeys
    inner join touchpoints
        on
            journeys.account_id = touchpoints.account_id
            and touchpoints.occurred_on >= journeys.lookback_from_on
            and (
                journeys.previous_won_on is null
                or touchpoints.occurred_on > journeys.previous_won_on
            )
            and touchpoints.occurred_at <= journeys.journey_ends_at
),

counted as (
    select
        opportunity_id,
        count(*) as n_touches
    from ordered
    group by opportunity_id
),

final as (
    select
        ordered.opportunity_id,
        ordered.touchpoint_id,
        ordered.channel,
        ordered.touch_number,
        counted.n_touches
    from ordered
    inner join counted on ordered.opportunity_id = counted.opportunity_id
)

select * from final
