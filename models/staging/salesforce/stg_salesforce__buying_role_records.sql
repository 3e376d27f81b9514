{{ config(materialized='view') }}

with contact_roles as (
    select * from {{ ref('stg_salesforce__opportunity_contact_roles') }}
),

final as (
    select
        'salesforce' as source_system,
        contact_id as person_record_id,
        'contact_role' as role_source,
        cast(null as {{ dbt.type_string() }}) as account_id,
        role_raw,
        created_at as stated_at
    from contact_roles
)

select * from final
