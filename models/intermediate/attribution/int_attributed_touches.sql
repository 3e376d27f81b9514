-- What the ten models and two bases of a touch have in common is found here once, and not by every
-- reader of its credit.
{{ config(materialized='table') }}

with credits as (
    select * from {{ ref('int_attribution_credits') }}
),

opportunities as (
    select * from {{ ref('int_opportunities_now') }}
),

touchpoints as (
    select * from {{ ref('int_touchpoints') }}
),

final as (
    select
        credits.*,
        coalesce(opportunities.account_id, 'unknown') as account_id,
        opportunities.opportunity_type,
        opportunities.closed_on,
        coalesce(touchpoints.person_id, 'unknown') as person_id,
        coalesce(touchpoints.channel, 'unattributed') as channel,
        coalesce(touchpoints.campaign_id, 'unknown') as campaign_id,
        coalesce(touchpoints.content_asset_id, 'unknown') as content_asset_id,
        coalesce(touchpoints.interaction_type, 'unattributed') as interaction_type,
        touchpoints.occurred_at,
        touchpoints.occurred_on as touched_on,
        coalesce(touchpoints.is_abm_touch, false) as is_abm_touch,
        coalesce(touchpoints.is_sales, false) as is_sales
    from credits
    inner join opportunities on credits.opportunity_id = opportunities.opportunity_id
    left join touchpoints on credits.touchpoint_id = touchpoints.touchpoint_id
)

select * from final
