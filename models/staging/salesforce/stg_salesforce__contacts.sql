with contact as (
    {{ raw_rows('salesforce', 'contact') }}
),

final as (
    select
        -- ids
        source_connection,
        {{ salesforce_id('id') }} as contact_id,
        {{ salesforce_id('account_id') }} as account_id,

        -- strings
        {{ normalised_email('email') }} as email,
        first_name,
        last_name,
        title,

        -- timestamps
        created_date as created_at
    from contact
)

select * from final
