with lead as (
    {{ raw_rows('marketo', 'lead') }}
),

final as (
    select
        -- ids
        source_connection,
        cast(id as {{ dbt.type_string() }}) as lead_id,
        {{ salesforce_id('sfdc_contact_id') }} as crm_contact_id,
        {{ salesforce_id('sfdc_lead_id') }} as crm_lead_id,
        {{ salesforce_id('sfdc_account_id') }} as crm_account_id,

        -- strings
        {{ normalised_email('email') }} as email,
        first_name,
        last_name,
        title,

        -- timestamps
        created_at
    from lead
)

select * from final
