with contact as (
    {{ raw_rows('hubspot', 'contact') }}
),

final as (
    select
        -- ids
        source_connection,
        cast(id as {{ dbt.type_string() }}) as contact_id,
        property_associatedcompanyid as company_id,

        -- strings
        {{ normalised_email('property_email') }} as email,
        property_firstname as first_name,
        property_lastname as last_name,
        property_jobtitle as title,
        property_hs_buying_role as role_raw,

        -- timestamps
        property_createdate as created_at
    from contact
)

select * from final
