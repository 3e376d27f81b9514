{{ config(materialized='view') }}

with merged_ids as (
    -- depends_on: {{ source('hubspot', 'deal') }}, {{ source('hubspot', 'merged_deal') }}
    {{ merged_ids_of('hubspot', 'deal') }}
),

final as (
    select
        merged_id as deal_id,
        survivor_id as merged_into_deal_id
    from merged_ids
)

select * from final
