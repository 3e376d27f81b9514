{{ config(materialized='view') }}

with contacts as (
    select * from {{ ref('stg_salesforce__contacts') }}
),

leads as (
    select * from {{ ref('stg_salesforce__leads') }}
),

final as (
    select
        'salesforce' as source_system,
        contact_id as person_record_id,
        'contact' as record_kind,
        email,
        trim(coalesce(first_name, '') || ' ' || coalesce(last_name, '')) as person_name,
        title,
        account_id,
        cast(null as {{ dbt.type_string() }}) as account_domain,
        cast(null as {{ dbt.type_string() }}) as same_person_key,
        cast(null as {{ dbt.type_timestamp() }}) as linked_at,
        created_at
    from contacts

    union all

    select
        'salesforce' as source_system,
        lead_id as person_record_id,
        'lead' as record_kind,
        email,
        trim(coalesce(first_name, '') || ' ' || coalesce(last_name, '')) as person_name,
        title,
        converted_account_id as account_id,
        cast(null as {{ dbt.type_string() }}) as account_domain,
        'salesforce:' || converted_contact_id as same_person_key,
        converted_at as linked_at,
        created_at
    from leads
)

select * from final
