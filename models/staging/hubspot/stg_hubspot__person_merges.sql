-- The surviving contact lists the ids that were merged into it; after a second merge two of them
-- may list the same id, and either leads to the survivor.
{{ config(materialized='view') }}

with merged_ids as (
    -- depends_on: {{ source('hubspot', 'contact') }}
    {{ merged_ids_of('hubspot', 'contact') }}
),

final as (
    select
        'hubspot' as source_system,
        merged_id as person_record_id,
        survivor_id as merged_into_record_id
    from merged_ids
)

select * from final
