{{ config(materialized='table') }}

with campaigns as (
    select * from {{ ref('int_campaign_records') }}
),

ad_spend as (
    select * from {{ ref('int_ad_spend_records') }}
),

interactions as (
    select * from {{ ref('int_interaction_records') }}
),

named as (
    select
        source_system,
        source_table,
        campaign_source_id
    from ad_spend

    union distinct

    select
        source_system,
        campaign_source_table as source_table,
        campaign_source_id
    from interactions
    where campaign_source_table is not null and campaign_source_id is not null
),

unioned as (
    select
        source_system,
        source_table,
        campaign_source_id,
        campaign_name,
        campaign_type,
        started_on,
        ended_on,
        currency,
        actual_cost
    from campaigns

    union all

    select
        named.source_system,
        named.source_table,
        named.campaign_source_id,
        null as campaign_name,
        null as campaign_type,
        null as started_on,
        null as ended_on,
        null as currency,
        null as actual_cost
    from named
    left join campaigns
        on
            named.source_system = campaigns.source_system
            and named.source_table = campaigns.source_table
            and named.campaign_source_id = campaigns.campaign_source_id
    where campaigns.campaign_source_id is null
),

final as (
    select
        {{ surrogate_key(['source_system', 'source_table', 'campaign_source_id']) }} as campaign_id,
        source_system,
        source_table,
        campaign_source_id,
        campaign_name,
        nullif({{ normalised_text('campaign_name') }}, '') as campaign_name_key,
        campaign_type,
        started_on,
        ended_on,
        currency as original_currency,
        actual_cost as original_actual_cost
    from unioned
)

select * from final
