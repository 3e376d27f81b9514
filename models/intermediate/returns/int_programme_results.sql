{{ config(materialized='table') }}

with wins as (
    select * from {{ ref('int_stretch_wins') }}
    where is_in_programme
),

opportunities as (
    select * from {{ ref('int_opportunities_now') }}
),

sourced as (
    select * from {{ ref('int_opportunity_sourcing') }}
    where sourcing_class = 'sourced'
),

credits as (
    select
        opportunity_id,
        touchpoint_id,
        {{ default_attribution_model() }}_amount as attributed_amount,
        {{ default_attribution_model() }}_weight as weight
    from {{ ref('int_attribution_credits') }}
    where attribution_basis = 'revenue'
),

programme_touches as (
    select * from {{ ref('int_touchpoints') }}
    where is_abm_touch
),

dated as (
    select
        'all_abm_accounts' as roi_basis,
        abm_tier,
        closed_on as dated_on,
        amount as revenue,
        1 as weighted_opportunities,
        0 as pipeline_created,
        0 as n_pipeline_without_amount
    from wins

    union all

    select
        'all_abm_accounts' as roi_basis,
        abm_tier_at_creation as abm_tier,
        created_on as dated_on,
        0 as revenue,
        0 as weighted_opportunities,
        amount as pipeline_created,
        case when amount is null then 1 else 0 end as n_pipeline_without_amount
    from opportunities
    where is_abm_at_creation and opportunity_type <> 'renewal'

    union all

    select
        'sourced' as roi_basis,
        opportunities.abm_tier_at_creation as abm_tier,
        opportunities.closed_on as dated_on,
        opportunities.amount as revenue,
        1 as weighted_opportunities,
        0 as pipeline_created,
        0 as n_pipeline_without_amount
    from opportunities
    inner join sourced on opportunities.opportunity_id = sourced.opportunity_id
    where opportunities.is_won

    union all

    select
        'attributed' as roi_basis,
        programme_touches.abm_tier_at_touch as abm_tier,
        opportunities.closed_on as dated_on,
        credits.attributed_amount as revenue,
        credits.weight as weighted_opportunities,
        0 as pipeline_created,
        0 as n_pipeline_without_amount
    from credits
    inner join programme_touches on credits.touchpoint_id = programme_touches.touchpoint_id
    inner join opportunities on credits.opportunity_id = opportunities.opportunity_id
),

final as (
    select
        roi_basis,
        {{ reported_abm_tier('abm_tier') }} as abm_tier,
        dated_on,
        revenue,
        weighted_opportunities,
        pipeline_created,
        n_pipeline_without_amount
    from dated
)

select * from final
