-- The surviving contact lists the ids that were merged into it; after a second merge two of them
-- may list the same id, and either leads to the survivor.
{{ config(materialized='view') }}

with contacts as (
    select
        contact_id,
        merged_contact_ids
    from {{ ref('stg_hubspot__contacts') }}
    where merged_contact_ids is not null
),

merged as (
    {{ split_rows('contacts', ['contact_id'], 'merged_contact_ids') }}
),

final as (
    select
        'hubspot' as source_system,
        trim(list_part) as person_record_id,
        min(contact_id) as merged_into_record_id
    from merged
    where trim(list_part) not in ('', contact_id)
    group by trim(list_part)
)

select * from final
