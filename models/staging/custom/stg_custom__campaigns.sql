{{ config(materialized='view') }}

with touchpoints as (
    select * from {{ ref('stg_custom__touchpoints') }}
),

final as (
    select distinct
        'custom' as source_system,
        'touchpoints' as source_table,
        campaign_name as campaign_source_id,
        campaign_name,
        cast(null as {{ dbt.type_string() }}) as campaign_type,
        cast(null as {{ dbt.type_string() }}) as response_table,
        cast(null as date) as started_on,
        cast(null as date) as ended_on,
        cast(null as {{ dbt.type_string() }}) as currency,
        cast(null as {{ type_decimal(2) }}) as actual_cost
    from touchpoints
    where campaign_name is not null
)

select * from final
