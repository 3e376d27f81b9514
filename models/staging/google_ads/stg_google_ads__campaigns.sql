{{ config(materialized='view') }}

with campaign_versions as (
    select * from {{ ref('stg_google_ads__campaign_history') }}
),

final as (
    select
        'google_ads' as source_system,
        'campaign_history' as source_table,
        campaign_source_id,
        campaign_name,
        cast(null as {{ dbt.type_string() }}) as campaign_type,
        cast(null as {{ dbt.type_string() }}) as response_table,
        cast(null as date) as started_on,
        cast(null as date) as ended_on,
        cast(null as {{ dbt.type_string() }}) as currency,
        cast(null as {{ type_decimal(2) }}) as actual_cost
    from campaign_versions
)

select * from final
