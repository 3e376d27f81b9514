-- The surviving contact lists the ids that were merged into it; after a second merge two of them
-- may list the same id, and either leads to the survivor. The address of a merged one still does.
{{ config(materialized='view') }}

with merged_ids as (
    -- depends_on: {{ source('hubspot', 'contact') }}
    {{ merged_ids_of('hubspot', 'contact') }}
),

contacts as (
    {{ raw_rows('hubspot', 'contact', outcome='merged') }}
),

final as (
    select
        'hubspot' as source_system,
        merged_ids.merged_id as person_record_id,
        merged_ids.survivor_id as merged_into_record_id,
        {{ normalised_email('contacts.property_email') }} as email
    from merged_ids
    left join contacts on merged_ids.merged_id = cast(contacts.id as {{ dbt.type_string() }})
)

select * from final
