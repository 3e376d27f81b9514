-- What the ad platforms say a campaign cost per day, in the programme that lists the campaign.
{{ config(materialized='table') }}

with ad_spend as (
    select * from {{ ref('int_ad_spend_records') }}
),

campaigns as (
    select * from {{ ref('int_campaigns') }}
),

listings as (
    select * from {{ ref('int_campaign_programmes') }}
),

channel_rules as (
    select * from {{ ref('channel_rules') }}
),

rates as (
    select * from {{ ref('int_currency_rates') }}
),

-- The channel of a platform's spend is that of its clicks.
ranked_channels as (
    select
        source_system,
        channel,
        row_number() over (partition by source_system order by priority) as rule_rank
    from channel_rules
    where column_name = 'interaction_type' and 'ad_click' like pattern
),

days as (
    select
        source_system,
        source_table,
        campaign_source_id,
        spent_on,
        coalesce(original_currency, '{{ var("corporate_currency") }}') as original_currency,
        cast(sum(original_amount) as {{ type_decimal(2) }}) as original_amount
    from ad_spend
    where spent_on <= {{ as_of_date() }}
    group by
        source_system, source_table, campaign_source_id, spent_on,
        coalesce(original_currency, '{{ var("corporate_currency") }}')
),

final as (
    select
        days.source_system,
        days.campaign_source_id,
        campaigns.campaign_id,
        days.spent_on,
        coalesce(ranked_channels.channel, 'other') as channel,
        coalesce(listings.programme, '{{ var("ad_spend_default_programme") }}') as programme,
        listings.abm_tier,
        listings.programme is not null as is_campaign_listed,
        days.original_amount,
        days.original_currency,
        {{ converted_amount('days.original_amount', 'own_rates.rate', 'reporting_rates.rate') }}
            as amount,
        own_rates.rate is null or reporting_rates.rate is null as is_without_rate
    from days
    left join campaigns
        on
            days.source_system = campaigns.source_system
            and days.source_table = campaigns.source_table
            and days.campaign_source_id = campaigns.campaign_source_id
    left join listings
        on
            campaigns.campaign_id = listings.campaign_id
            and {{ is_valid_on('days.spent_on', 'listings.valid_from_on', 'listings.valid_to_on') }}
    left join ranked_channels
        on days.source_system = ranked_channels.source_system and ranked_channels.rule_rank = 1
    left join rates as own_rates
        on {{ rate_on('own_rates', 'days.original_currency', 'days.spent_on') }}
    left join rates as reporting_rates
        on {{ rate_on(
            'reporting_rates', "'" ~ var('reporting_currency') ~ "'", 'days.spent_on'
        ) }}
)

select * from final
