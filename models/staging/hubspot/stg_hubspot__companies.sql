with company as (
    {{ raw_rows('hubspot', 'company') }}
),

final as (
    select
        -- ids
        id as company_id,
        cast(property_hs_parent_company_id as {{ dbt.type_string() }}) as parent_company_id,
        property_hubspot_owner_id as owner_id,

        -- strings
        property_name as company_name,
        {{ web_host('property_domain') }} as domain,
        property_industry as industry_raw,
        property_country as country,

        -- numerics
        property_annualrevenue as annual_revenue,
        property_numberofemployees as employee_count,

        -- timestamps
        property_createdate as created_at
        {{ with_passthrough('accounts', source='hubspot') }}
    from company
)

select * from final
