-- Every touch once, with what it is worth.
{{ config(materialized='table') }}

with touchpoints as (
    select * from {{ ref('int_touchpoints_channelled') }}
),

interaction_types as (
    select * from {{ ref('interaction_types') }}
),

content_assets as (
    select * from {{ ref('stg_abm_program__content_assets') }}
),

content_asset_types as (
    select * from {{ ref('content_asset_types') }}
),

channels as (
    select * from {{ ref('channels') }}
),

memberships as (
    select * from {{ ref('int_account_memberships_joined') }}
),

listings as (
    select * from {{ ref('int_campaign_programmes_listed') }}
),

machine_user_agents as (
    select * from {{ ref('machine_user_agents') }}
),

machine_agents as (
    select distinct touchpoints.user_agent
    from (select distinct user_agent from touchpoints where user_agent is not null) as touchpoints
    inner join machine_user_agents
        on lower(touchpoints.user_agent) like machine_user_agents.pattern
),

valued as (
    select
        {{ surrogate_key([
            'touchpoints.source_system', 'touchpoints.source_table',
            'touchpoints.source_record_id', 'touchpoints.interaction_type',
            'touchpoints.attendee_key',
            'touchpoints.content_asset_id', 'touchpoints.file_name',
        ]) }} as touchpoint_id,
        touchpoints.*,
        interaction_types.is_engagement,
        interaction_types.is_content,
        interaction_types.is_exposure,
        interaction_types.is_sales,
        interaction_types.max_per_person_day,
        interaction_types.aes_weight as full_weight,
        case
            when touchpoints.interaction_type = 'content_download'
                then coalesce(
                    content_asset_types.download_points, interaction_types.points_default
                )
            else interaction_types.points_default
        end as full_points,
        case
            when interaction_types.depth_needs_asset and touchpoints.content_asset_id is null
                then null
            else coalesce(touchpoints.content_depth, interaction_types.default_content_depth)
        end as item_depth,
        coalesce(
            touchpoints.is_reported_machine
            or machine_agents.user_agent is not null
            or touchpoints.occurred_at
            <= {{ moment_after('touchpoints.delivered_at', 2, 'second') }},
            false
        ) as is_machine,
        memberships.abm_tier as abm_tier_at_touch,
        case
            when memberships.abm_tier is null then null
            when listings.programme = 'abm' then 'campaign'
            when listings.programme is not null then null
            when coalesce(channels.is_marketing, true) and not coalesce(channels.is_organic, false)
                then 'membership'
        end as abm_touch_basis
    from touchpoints
    inner join interaction_types
        on touchpoints.interaction_type = interaction_types.interaction_type
    left join content_assets
        on touchpoints.content_asset_id = content_assets.content_asset_id
    left join content_asset_types on content_assets.asset_type = content_asset_types.asset_type
    left join channels on touchpoints.channel = channels.channel
    left join machine_agents on touchpoints.user_agent = machine_agents.user_agent
    left join memberships
        on
            touchpoints.account_id = memberships.account_id
            and {{ is_valid_on(
                'touchpoints.occurred_on', 'memberships.valid_from_on', 'memberships.valid_to_on'
            ) }}
    left join listings
        on
            touchpoints.campaign_id = listings.campaign_id
            and {{ is_valid_on(
                'touchpoints.occurred_on', 'listings.valid_from_on', 'listings.valid_to_on'
            ) }}
),

-- Only the few types that have a cap are ranked.
capped as (
    select
        touchpoint_id,
        row_number() over (
            partition by person_id, interaction_type, occurred_on
            order by
                occurred_at, {{ source_priority('source_system') }},
                {{ binary_order('source_record_id') }}, touchpoint_id
        ) > max_per_person_day as is_capped
    from valued
    where max_per_person_day is not null and person_id is not null and not is_machine
),

final as (
    select
        valued.touchpoint_id,
        valued.source_system,
        valued.source_table,
        valued.source_record_id,
        valued.interaction_type,
        valued.channel,
        valued.occurred_at,
        valued.occurred_on,
        valued.loaded_at,
        valued.account_id,
        valued.person_id,
        valued.person_account_id,
        valued.visitor_id,
        coalesce(valued.attendee_key, valued.touchpoint_id) as consumer_id,
        valued.match_method,
        valued.unmatched_reason,
        valued.unmapped_record_type,
        valued.campaign_id,
        valued.content_asset_id,
        coalesce(
            valued.content_asset_id, valued.campaign_id, valued.file_name, 'none'
        ) as content_item,
        cast(
            case when not valued.is_machine then valued.item_depth end as {{ type_decimal(4, 9) }}
        ) as content_depth,
        valued.page_views,
        valued.is_engagement,
        valued.is_content,
        valued.is_exposure,
        valued.is_sales,
        valued.is_machine,
        coalesce(capped.is_capped, false) as is_capped,
        valued.abm_touch_basis is not null as is_abm_touch,
        valued.abm_touch_basis,
        valued.abm_tier_at_touch,
        (
            valued.is_engagement and not valued.is_machine
            and not coalesce(capped.is_capped, false)
        ) as is_counted_engagement,
        cast(
            case
                when valued.is_machine or coalesce(capped.is_capped, false) then 0
                else valued.full_weight
            end as {{ type_decimal(4, 9) }}
        ) as aes_weight,
        cast(
            case
                when valued.is_machine or coalesce(capped.is_capped, false) then 0
                else valued.full_points
            end as {{ type_decimal(4, 9) }}
        ) as engagement_points,
        (
            valued.visitor_id is not null and valued.occurred_on > {{ as_of_date(-3) }}
        ) as is_provisional
    from valued
    left join capped on valued.touchpoint_id = capped.touchpoint_id
)

select * from final
