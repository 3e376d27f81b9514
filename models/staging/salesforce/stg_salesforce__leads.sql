with lead as (
    {{ raw_rows('salesforce', 'lead') }}
),

final as (
    select
        -- ids
        source_connection,
        {{ salesforce_id('id') }} as lead_id,
        {{ salesforce_id('converted_account_id') }} as converted_account_id,
        {{ salesforce_id('converted_contact_id') }} as converted_contact_id,

        -- strings
        {{ normalised_email('email') }} as email,
        first_name,
        last_name,
        title,

        -- timestamps
        converted_date as converted_at,
        created_date as created_at
    from lead
)

select * from final
