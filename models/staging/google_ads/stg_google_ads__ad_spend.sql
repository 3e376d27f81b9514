{{ config(materialized='view') }}

with campaign_days as (
    select * from {{ ref('stg_google_ads__campaign_stats') }}
),

ad_accounts as (
    select * from {{ ref('stg_google_ads__account_history') }}
),

final as (
    select
        'google_ads' as source_system,
        'campaign_history' as source_table,
        campaign_days.campaign_source_id,
        campaign_days.spent_on,
        campaign_days.cost as original_amount,
        ad_accounts.currency as original_currency
    from campaign_days
    left join ad_accounts on campaign_days.ad_account_id = ad_accounts.ad_account_id
)

select * from final
