with interactions as (
    select * from {{ ref('int_interactions') }}
),

campaigns as (
    select * from {{ ref('int_campaigns') }}
),

utm_campaigns as (
    select distinct utm_campaign
    from interactions
    where utm_campaign is not null
),

final as (
    select
        utm_campaigns.utm_campaign,
        min(campaigns.campaign_id) as campaign_id,
        min(campaigns.campaign_name_key) as campaign_name_key
    from utm_campaigns
    inner join campaigns
        on
            utm_campaigns.utm_campaign = campaigns.campaign_source_id
            or {{ normalised_text('utm_campaigns.utm_campaign') }} = campaigns.campaign_name_key
    group by utm_campaigns.utm_campaign
    having count(distinct campaigns.campaign_id) = 1
)

select * from final
