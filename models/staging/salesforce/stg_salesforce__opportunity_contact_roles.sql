with opportunity_contact_role as (
    {{ raw_rows('salesforce', 'opportunity_contact_role') }}
),

final as (
    select
        -- ids
        source_connection,
        {{ salesforce_id('id') }} as opportunity_contact_role_id,
        {{ salesforce_id('opportunity_id') }} as opportunity_id,
        {{ salesforce_id('contact_id') }} as contact_id,

        -- strings
        role as role_raw,

        -- timestamps
        created_date as created_at
    from opportunity_contact_role
)

select * from final
