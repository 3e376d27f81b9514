-- No touch lies after the as-of day.
{{ config(materialized='table') }}

with journeys as (
    select * from {{ ref('int_journey_bounds') }}
    where attribution_basis = 'pipeline'
),

opportunities as (
    select * from {{ ref('int_opportunities_now') }}
),

accounts as (
    select * from {{ ref('int_journey_accounts') }}
),

touchpoints as (
    select
        accounts.journey_account_id,
        touchpoints.occurred_at,
        touchpoints.occurred_on,
        touchpoints.is_counted_engagement
    from {{ ref('int_touchpoints') }} as touchpoints
    inner join accounts on touchpoints.account_id = accounts.account_id
    where
        touchpoints.is_abm_touch
        and (touchpoints.is_engagement or touchpoints.is_exposure)
        and not touchpoints.is_machine
),

final as (
    select
        opportunities.opportunity_id,
        min(case when touchpoints.is_counted_engagement then touchpoints.occurred_at end)
            as first_engaged_at,
        min(
            case
                when touchpoints.occurred_at > opportunities.created_at
                    then touchpoints.occurred_at
            end
        ) as first_touched_after_creation_at
    from journeys
    inner join opportunities on journeys.opportunity_id = opportunities.opportunity_id
    inner join touchpoints
        on
            journeys.journey_account_id = touchpoints.journey_account_id
            and touchpoints.occurred_on >= journeys.lookback_from_on
            and (
                opportunities.closed_at is null
                or touchpoints.occurred_at <= opportunities.closed_at
            )
    group by opportunities.opportunity_id
)

select * from final
