{{ config(materialized='view') }}

with merged_ids as (
    -- depends_on: {{ source('marketo', 'activity_merge_leads') }}
    {{ merged_ids_of('marketo', 'lead') }}
),

leads as (
    {{ raw_rows('marketo', 'lead', outcome='merged') }}
),

final as (
    select
        'marketo' as source_system,
        merged_ids.merged_id as person_record_id,
        merged_ids.survivor_id as merged_into_record_id,
        {{ normalised_email('leads.email') }} as email
    from merged_ids
    left join leads on merged_ids.merged_id = cast(leads.id as {{ dbt.type_string() }})
)

select * from final
