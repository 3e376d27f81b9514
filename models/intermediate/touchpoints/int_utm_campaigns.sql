with interactions as (
    select * from {{ ref('int_interactions') }}
),

campaigns as (
    select * from {{ ref('int_campaigns') }}
),

campaign_names as (
    select * from {{ ref('int_campaign_name_records') }}
),

utm_campaigns as (
    select
        utm_campaign,
        nullif({{ normalised_text('utm_campaign') }}, '') as utm_campaign_key
    from interactions
    where utm_campaign is not null
    group by utm_campaign
),

named_now as (
    select
        utm_campaigns.utm_campaign,
        campaigns.campaign_id,
        1 as name_rank
    from utm_campaigns
    inner join campaigns
        on
            utm_campaigns.utm_campaign = campaigns.campaign_source_id
            or utm_campaigns.utm_campaign_key = campaigns.campaign_name_key
),

-- A link keeps the name that its campaign had when the link was made.
named_before as (
    select
        utm_campaigns.utm_campaign,
        campaigns.campaign_id,
        2 as name_rank
    from campaign_names
    inner join utm_campaigns
        on {{ normalised_text('campaign_names.campaign_name') }} = utm_campaigns.utm_campaign_key
    inner join campaigns
        on
            campaign_names.source_system = campaigns.source_system
            and campaign_names.source_table = campaigns.source_table
            and campaign_names.campaign_source_id = campaigns.campaign_source_id
),

found as (
    select * from named_now
    union all
    select * from named_before
),

first_found as (
    select
        utm_campaign,
        min(name_rank) as name_rank
    from found
    group by utm_campaign
),

matched as (
    select
        found.utm_campaign,
        {{ minimum_text('found.campaign_id') }} as campaign_id
    from found
    inner join first_found
        on
            found.utm_campaign = first_found.utm_campaign
            and found.name_rank = first_found.name_rank
    group by found.utm_campaign
    having count(distinct found.campaign_id) = 1
),

final as (
    select
        matched.utm_campaign,
        matched.campaign_id,
        campaigns.campaign_name_key
    from matched
    inner join campaigns on matched.campaign_id = campaigns.campaign_id
)

select * from final
