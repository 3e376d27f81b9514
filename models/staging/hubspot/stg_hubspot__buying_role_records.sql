{{ config(materialized='view') }}

with contacts as (
    select * from {{ ref('stg_hubspot__contacts') }}
),

final as (
    select
        'hubspot' as source_system,
        contact_id as person_record_id,
        'marketing_tool' as role_source,
        cast(null as {{ dbt.type_string() }}) as account_id,
        -- Several roles are joined by semicolons; the first is the one that HubSpot shows first.
        {{ dbt.split_part('role_raw', "';'", 1) }} as role_raw,
        created_at as stated_at
    from contacts
    where role_raw is not null
)

select * from final
