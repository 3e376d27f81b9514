{{ config(materialized='table') }}

with journeys as (
    select * from {{ ref('int_journey_bounds') }}
),

accounts as (
    select * from {{ ref('int_journey_accounts') }}
),

touchpoints as (
    select
        touchpoints.*,
        accounts.journey_account_id
    from {{ ref('int_touchpoints') }} as touchpoints
    inner join accounts on touchpoints.account_id = accounts.account_id
    where touchpoints.is_counted_engagement
),

final as (
    select
        journeys.opportunity_id,
        journeys.attribution_basis,
        touchpoints.touchpoint_id,
        touchpoints.channel,
        touchpoints.occurred_at,
        touchpoints.occurred_on,
        touchpoints.is_abm_touch,
        row_number() over (
            partition by journeys.opportunity_id, journeys.attribution_basis
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
            journeys.journey_account_id = touchpoints.journey_account_id
            and touchpoints.occurred_on >= journeys.lookback_from_on
            and (
                journeys.previous_won_on is null
                or touchpoints.occurred_on > journeys.previous_won_on
            )
            and touchpoints.occurred_at <= journeys.journey_ends_at
)

select * from final
