-- A view: the table it shows holds every touch once, and a copy would double the largest data.
{{ config(materialized='view') }}

with touchpoints as (
    select * from {{ ref('int_touchpoints_scored') }}
),

final as (
    select
        touchpoint_id,
        coalesce(account_id, 'unknown') as account_id,
        coalesce(person_id, 'unknown') as person_id,
        visitor_id,
        occurred_at,
        occurred_on,
        source_system,
        source_record_id,
        channel,
        interaction_type,
        coalesce(campaign_id, 'unknown') as campaign_id,
        coalesce(content_asset_id, 'unknown') as content_asset_id,
        content_depth,
        page_views,
        is_engagement,
        is_content,
        is_machine,
        is_capped,
        is_exposure,
        is_sales,
        is_abm_touch,
        abm_touch_basis,
        abm_tier_at_touch,
        aes_weight,
        engagement_points,
        match_method,
        is_provisional
    from touchpoints
)

select * from final
