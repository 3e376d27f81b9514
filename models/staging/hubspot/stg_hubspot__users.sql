{{ config(materialized='view') }}

with owners as (
    select * from {{ ref('stg_hubspot__owners') }}
),

final as (
    select
        owner_id as account_executive_id,
        cast(null as {{ dbt.type_string() }}) as manager_id,
        owner_name as account_executive_name,
        true as is_active
        {{ with_passthrough('users', source='hubspot') }}
    from owners
)

select * from final
