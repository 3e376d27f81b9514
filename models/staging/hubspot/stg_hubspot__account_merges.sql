{{ config(materialized='view') }}

with merged_ids as (
    -- depends_on: {{ source('hubspot', 'company') }}
    {{ merged_ids_of('hubspot', 'company') }}
),

final as (
    select
        merged_id as account_id,
        survivor_id as merged_into_account_id
    from merged_ids
)

select * from final
