with company as (
    {{ raw_rows('hubspot', 'company') }}
),

final as (
    select
        -- ids
        source_connection,
        'hubspot' as source_system,
        cast(id as {{ dbt.type_string() }}) as account_id,
        cast(property_hs_parent_company_id as {{ dbt.type_string() }}) as parent_account_id,
        property_hubspot_owner_id as account_executive_id,

        -- strings
        property_name as account_name,
        {{ web_host('property_domain') }} as domain,
        property_industry as industry_raw,
        property_country as country,
        cast(null as {{ dbt.type_string() }}) as currency,

        -- numerics
        property_annualrevenue as annual_revenue,
        property_numberofemployees as employee_count,

        -- timestamps
        property_createdate as created_at
        {{ with_passthrough('accounts', source='hubspot') }}
    from company
)

select * from final
