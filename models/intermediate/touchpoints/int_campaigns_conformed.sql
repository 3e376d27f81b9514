{{ config(materialized='table') }}

with campaigns as (
    select * from {{ ref('int_campaigns_gathered') }}
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
        ended_on
    from campaigns
)

select * from final
