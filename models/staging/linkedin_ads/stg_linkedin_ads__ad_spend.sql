-- The two costs are one cost in two currencies: the account's own, which is what LinkedIn invoices,
-- where the account states it, else US dollars.
{{ config(materialized='view') }}

with campaign_days as (
    select * from {{ ref('stg_linkedin_ads__ad_analytics_by_campaign') }}
),

campaign_versions as (
    select * from {{ ref('stg_linkedin_ads__campaign_history') }}
),

ad_accounts as (
    select * from {{ ref('stg_linkedin_ads__account_history') }}
),

priced as (
    select
        campaign_days.campaign_source_id,
        campaign_days.spent_on,
        campaign_days.cost_in_usd,
        campaign_days.cost_in_local_currency,
        ad_accounts.currency,
        (
            campaign_days.cost_in_local_currency is not null and ad_accounts.currency is not null
        ) as is_in_local_currency
    from campaign_days
    left join campaign_versions
        on campaign_days.campaign_source_id = campaign_versions.campaign_source_id
    left join ad_accounts on campaign_versions.ad_account_id = ad_accounts.ad_account_id
),

final as (
    select
        'linkedin_ads' as source_system,
        'campaign_history' as source_table,
        campaign_source_id,
        spent_on,
        case when is_in_local_currency then cost_in_local_currency else cost_in_usd end
            as original_amount,
        case when is_in_local_currency then currency else 'USD' end as original_currency
    from priced
)

select * from final
