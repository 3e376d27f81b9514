{{ config(materialized='view') }}

with stakeholders as (
    select * from {{ ref('stg_abm_program__stakeholders') }}
),

final as (
    select
        'abm_program' as source_system,
        stakeholder_id as person_record_id,
        'declared' as role_source,
        account_id,
        role_raw,
        cast(identified_on as {{ dbt.type_timestamp() }}) as stated_at
    from stakeholders
)

select * from final
