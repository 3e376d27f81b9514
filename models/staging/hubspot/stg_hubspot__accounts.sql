{{ config(materialized='view') }}

with companies as (
    select * from {{ ref('stg_hubspot__companies') }}
),

final as (
    select
        -- ids
        'hubspot' as source_system,
        cast(company_id as {{ dbt.type_string() }}) as account_id,
        parent_company_id as parent_account_id,
        owner_id as account_executive_id,

        -- strings
        company_name as account_name,
        domain,
        industry_raw,
        country,
        cast(null as {{ dbt.type_string() }}) as currency,

        -- numerics
        annual_revenue,
        employee_count,

        -- timestamps
        created_at
        {{ with_passthrough('accounts', source='hubspot') }}
    from companies
)

select * from final
