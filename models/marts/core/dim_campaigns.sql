with campaigns as (
    select * from {{ ref('int_campaigns') }}
),

listings as (
    select * from {{ ref('int_campaign_programmes') }}
    where {{ is_valid_on(as_of_date(), 'valid_from_on', 'valid_to_on') }}
),

campaign_groups as (
    select * from {{ ref('int_campaign_groups') }}
),

touchpoints as (
    select * from {{ ref('int_touchpoints') }}
),

ad_spend as (
    select * from {{ ref('int_ad_spend') }}
),

interaction_rules as (
    select * from {{ ref('interaction_rules') }}
),

-- A type of several words that no rule names may be anything.
known_types as (
    select distinct campaigns.campaign_type
    from campaigns
    inner join interaction_rules
        on {{ padded_words('campaigns.campaign_type') }} like interaction_rules.pattern
    where interaction_rules.pattern <> '%'
),

-- A campaign without a touch has the channel of its spend.
channel_counts as (
    select
        campaign_id,
        channel,
        count(*) as n_touchpoints
    from touchpoints
    where campaign_id is not null
    group by campaign_id, channel

    union all

    select distinct
        campaign_id,
        channel,
        0 as n_touchpoints
    from ad_spend
    where campaign_id is not null
),

ranked_channels as (
    select
        campaign_id,
        channel,
        row_number() over (
            partition by campaign_id order by n_touchpoints desc, {{ binary_order('channel') }}
        ) as channel_rank
    from channel_counts
),

final as (
    select
        campaigns.campaign_id,
        campaigns.campaign_name,
        campaign_groups.campaign_group_id,
        campaign_groups.campaign_group_name,
        campaigns.source_system,
        coalesce(ranked_channels.channel, 'unknown') as channel,
        {{ impersonal_value('campaigns.campaign_type', 'known_types.campaign_type is not null') }}
            as campaign_type,
        listings.programme,
        campaigns.started_on,
        campaigns.ended_on
    from campaigns
    inner join campaign_groups on campaigns.campaign_id = campaign_groups.campaign_id
    left join listings on campaigns.campaign_id = listings.campaign_id
    left join known_types on campaigns.campaign_type = known_types.campaign_type
    left join ranked_channels
        on campaigns.campaign_id = ranked_channels.campaign_id and ranked_channels.channel_rank = 1

    union all

    select
        'unknown' as campaign_id,
        'No known campaign' as campaign_name,
        'unknown' as campaign_group_id,
        'No known campaign' as campaign_group_name,
        'unknown' as source_system,
        'unknown' as channel,
        null as campaign_type,
        null as programme,
        null as started_on,
        null as ended_on
)

select * from final
