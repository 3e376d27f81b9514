{{ config(materialized='view') }}

with leads as (
    select * from {{ ref('stg_marketo__leads') }}
),

final as (
    select
        'marketo' as source_system,
        lead_id as person_record_id,
        'marketing_contact' as record_kind,
        email,
        trim(coalesce(first_name, '') || ' ' || coalesce(last_name, '')) as person_name,
        title,
        crm_account_id as account_id,
        cast(null as {{ dbt.type_string() }}) as account_domain,
        'salesforce:' || coalesce(crm_contact_id, crm_lead_id) as same_person_key,
        cast(null as {{ dbt.type_timestamp() }}) as linked_at,
        created_at
    from leads
)

select * from final
