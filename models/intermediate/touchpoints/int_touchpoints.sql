{{ config(materialized='updated_table') }}

with touchpoints as (
    select * from {{ ref('int_touchpoints_channelled') }}
),

interaction_types as (
    select * from {{ ref('interaction_types') }}
),

content_assets as (
    select * from {{ ref('int_content_assets') }}
),

asset_types as (
    select * from {{ ref('content_asset_types') }}
),

channels as (
    select * from {{ ref('channels') }}
),

memberships as (
    select * from {{ ref('int_account_memberships') }}
),

listings as (
    select * from {{ ref('int_campaign_programmes') }}
),

capped as (
    select * from {{ ref('int_touchpoints_capped') }}
),

valued as (
    select
        touchpoints.*,
        interaction_types.is_engagement,
        interaction_types.is_content,
        interaction_types.is_exposure,
        interaction_types.is_sales,
        interaction_types.aes_weight as full_weight,
        coalesce(asset_types.download_points, interaction_types.points_default) as full_points,
        case
            when touchpoints.content_asset_id is not null or not interaction_types.depth_needs_asset
                then coalesce(touchpoints.content_depth, interaction_types.default_content_depth)
        end as item_depth,
        capped.touchpoint_id is not null as is_capped,
        not touchpoints.is_machine and capped.touchpoint_id is null as is_counted,
        memberships.abm_tier as abm_tier_at_touch,
        case
            when memberships.abm_tier is null or listings.programme <> 'abm' then null
            when listings.programme = 'abm' then 'campaign'
            when coalesce(channels.is_marketing, true) and not coalesce(channels.is_organic, false)
                then 'membership'
        end as abm_touch_basis
    from touchpoints
    inner join interaction_types
        on touchpoints.interaction_type = interaction_types.interaction_type
    left join content_assets
        on touchpoints.content_asset_id = content_assets.content_asset_id
    left join asset_types
        on
            content_assets.asset_type = asset_types.asset_type
            and touchpoints.interaction_type = 'content_download'
    left join channels on touchpoints.channel = channels.channel
    left join capped on touchpoints.touchpoint_id = capped.touchpoint_id
    left join memberships
        on
            touchpoints.account_id = memberships.account_id
            and {{ is_in_force('memberships', 'touchpoints.occurred_on') }}
    left join listings
        on
            touchpoints.campaign_id = listings.campaign_id
            and {{ is_in_force('listings', 'touchpoints.occurred_on') }}
),

final as (
    select
        touchpoint_id,
        source_system,
        source_table,
        source_record_id,
        interaction_type,
        channel,
        occurred_at,
        occurred_on,
        account_id,
        person_id,
        person_account_id,
        visitor_id,
        coalesce(attendee_key, 'account') as consumer_id,
        match_method,
        unmatched_reason,
        unmapped_record_type,
        campaign_id,
        content_asset_id,
        coalesce(content_asset_id, campaign_id, file_name, 'none') as content_item,
        cast(case when not is_machine then item_depth end as {{ type_decimal(4, 9) }})
            as content_depth,
        page_views,
        is_engagement,
        is_content,
        is_exposure,
        is_sales,
        is_machine,
        is_capped,
        abm_touch_basis is not null as is_abm_touch,
        abm_touch_basis,
        abm_tier_at_touch,
        is_engagement and is_counted as is_counted_engagement,
        cast(case when is_counted then full_weight else 0 end as {{ type_decimal(4, 9) }})
            as aes_weight,
        cast(case when is_counted then full_points else 0 end as {{ type_decimal(4, 9) }})
            as engagement_points,
        visitor_id is not null and occurred_on > {{ as_of_date(-3) }} as is_provisional
    from valued
)

select * from final
