with campaign_costs as (
    select * from {{ ref('int_campaign_costs') }}
    where incurred_on <= {{ as_of_date() }}
),

campaigns as (
    select * from {{ ref('dim_campaigns') }}
),

ad_spend as (
    select * from {{ ref('int_ad_spend') }}
),

investments as (
    select * from {{ ref('fct_investments') }}
),

named as (
    select distinct
        channel,
        month_start_on
    from investments
    where channel <> 'unknown'
),

delivered as (
    select distinct campaigns.campaign_group_id
    from ad_spend
    inner join campaigns on ad_spend.campaign_id = campaigns.campaign_id
),

final as (
    select
        campaign_costs.campaign_id,
        campaigns.campaign_group_id,
        campaigns.channel,
        campaign_costs.incurred_on,
        campaign_costs.original_amount,
        campaign_costs.amount,
        campaign_costs.is_without_rate,
        (
            named.channel is not null or delivered.campaign_group_id is not null
        ) as is_in_ledger
    from campaign_costs
    inner join campaigns on campaign_costs.campaign_id = campaigns.campaign_id
    left join named
        on
            campaigns.channel = named.channel
            and cast({{ dbt.date_trunc('month', 'campaign_costs.incurred_on') }} as date)
            = named.month_start_on
    left join delivered on campaigns.campaign_group_id = delivered.campaign_group_id
)

select * from final
