{{ config(materialized='view') }}

with merged_ids as (
    -- depends_on: {{ source('marketo', 'activity_merge_leads') }}
    {{ merged_ids_of('marketo', 'lead') }}
),

final as (
    select
        'marketo' as source_system,
        merged_id as person_record_id,
        survivor_id as merged_into_record_id
    from merged_ids
)

select * from final
