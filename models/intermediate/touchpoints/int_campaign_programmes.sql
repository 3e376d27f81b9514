{{ config(materialized='table') }}

with campaigns as (
    select * from {{ ref('int_campaigns') }}
),

programme_campaigns as (
    select * from {{ ref('stg_abm_program__programme_campaigns') }}
),

listings as (
    select
        campaigns.campaign_id,
        programme_campaigns.programme,
        programme_campaigns.abm_tier,
        coalesce(programme_campaigns.valid_from_on, cast('1900-01-01' as date)) as valid_from_on,
        programme_campaigns.valid_to_on
    from programme_campaigns
    inner join campaigns
        on
            programme_campaigns.source_system = campaigns.source_system
            and programme_campaigns.campaign_source_id = campaigns.campaign_source_id
),

final as (
    {{ validity_stretches(
        'listings', 'campaign_id', ['programme', 'abm_tier'], 'valid_from_on',
        'valid_to_on', texts=['programme', 'abm_tier']
    ) }}
)

select * from final
