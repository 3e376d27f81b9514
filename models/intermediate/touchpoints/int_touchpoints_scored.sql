-- Every touch once, with what it is worth. User agents and the few touches whose type has a cap are
-- read in scans of their own, because rows with all their columns that several readers share would
-- be kept in memory.
{{ config(materialized='updated_table') }}

{% set touchpoint_id -%}
    {{ surrogate_key([
        'touchpoints.source_system', 'touchpoints.source_table',
        'touchpoints.source_record_id', 'touchpoints.interaction_type',
        'touchpoints.attendee_key',
        'touchpoints.content_asset_id', 'touchpoints.file_name',
    ]) }}
{%- endset %}
{% set is_machine -%}
    coalesce(
            touchpoints.is_reported_machine
            or machine_agents.user_agent is not null
            or touchpoints.occurred_at
            <= {{ moment_after('touchpoints.delivered_at', 2, 'second') }},
            false
        )
{%- endset %}
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

user_agents as (
    select distinct user_agent
    from {{ ref('int_touchpoints_channelled') }}
    where user_agent is not null
),

machine_agents as (
    select distinct user_agents.user_agent
    from user_agents
    inner join machine_user_agents
        on lower(user_agents.user_agent) like machine_user_agents.pattern
),

valued as (
    select
        {{ touchpoint_id }} as touchpoint_id,
        touchpoints.*,
        interaction_types.is_engagement,
        interaction_types.is_content,
        interaction_types.is_exposure,
        interaction_types.is_sales,
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
        {{ is_machine }} as is_machine,
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

ranked as (
    select
        touchpoint_id,
        max_per_person_day,
        row_number() over (
            partition by person_id, interaction_type, occurred_on
            order by
                occurred_at, {{ source_priority('source_system') }},
                {{ binary_order('source_record_id') }}, touchpoint_id
        ) as touch_rank
    from (
        select
            {{ touchpoint_id }} as touchpoint_id,
            touchpoints.person_id,
            touchpoints.interaction_type,
            touchpoints.occurred_on,
            touchpoints.occurred_at,
            touchpoints.source_system,
            touchpoints.source_record_id,
            interaction_types.max_per_person_day
        from {{ ref('int_touchpoints_channelled') }} as touchpoints
        inner join interaction_types
            on touchpoints.interaction_type = interaction_types.interaction_type
        left join machine_agents on touchpoints.user_agent = machine_agents.user_agent
        where
            interaction_types.max_per_person_day is not null
            and touchpoints.person_id is not null
            and not {{ is_machine }}
    ) as rankable
),

capped as (
    select touchpoint_id
    from ranked
    where touch_rank > max_per_person_day
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
        capped.touchpoint_id is not null as is_capped,
        valued.abm_touch_basis is not null as is_abm_touch,
        valued.abm_touch_basis,
        valued.abm_tier_at_touch,
        (
            valued.is_engagement and not valued.is_machine
            and capped.touchpoint_id is null
        ) as is_counted_engagement,
        cast(
            case
                when valued.is_machine or capped.touchpoint_id is not null then 0
                else valued.full_weight
            end as {{ type_decimal(4, 9) }}
        ) as aes_weight,
        cast(
            case
                when valued.is_machine or capped.touchpoint_id is not null then 0
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
