{{ config(materialized='view') }}

with stakeholders as (
    select * from {{ ref('stg_abm_program__stakeholders') }}
),

final as (
    select
        'abm_program' as source_system,
        stakeholder_id as person_record_id,
        'stakeholder' as record_kind,
        email,
        person_name,
        title,
        account_id,
        cast(null as {{ dbt.type_string() }}) as account_domain,
        cast(null as {{ dbt.type_string() }}) as same_person_key,
        cast(null as {{ dbt.type_timestamp() }}) as linked_at,
        cast(identified_on as {{ dbt.type_timestamp() }}) as created_at
    from stakeholders
)

select * from final
