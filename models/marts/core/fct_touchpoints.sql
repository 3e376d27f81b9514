-- A view: the table it shows holds every touch once, and a copy would double the largest data
-- (decision 10).
{{ config(materialized='view') }}

with touchpoints as (
    select * from {{ ref('int_touchpoints') }}
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
        content_item,
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
        coalesce(abm_tier_at_touch, 'none') as abm_tier_at_touch,
        aes_weight,
        engagement_points,
        match_method,
        is_provisional
    from touchpoints

    union all

    -- The member that credit without a touch refers to.
    select
        'unattributed' as touchpoint_id,
        'unknown' as account_id,
        'unknown' as person_id,
        null as visitor_id,
        null as occurred_at,
        null as occurred_on,
        'unknown' as source_system,
        'unattributed' as source_record_id,
        'unattributed' as channel,
        'unattributed' as interaction_type,
        'unknown' as campaign_id,
        'unknown' as content_asset_id,
        'none' as content_item,
        null as content_depth,
        null as page_views,
        false as is_engagement,
        false as is_content,
        false as is_machine,
        false as is_capped,
        false as is_exposure,
        false as is_sales,
        false as is_abm_touch,
        null as abm_touch_basis,
        'none' as abm_tier_at_touch,
        cast(0 as {{ type_decimal(4, 9) }}) as aes_weight,
        cast(0 as {{ type_decimal(4, 9) }}) as engagement_points,
        'unmatched' as match_method,
        false as is_provisional
)

select * from final
