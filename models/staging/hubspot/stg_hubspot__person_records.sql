with contacts as (
    select * from {{ ref('stg_hubspot__contacts') }}
),

companies as (
    select * from {{ ref('stg_hubspot__companies') }}
),

final as (
    select
        'hubspot' as source_system,
        contacts.contact_id as person_record_id,
        'marketing_contact' as record_kind,
        contacts.email,
        trim(coalesce(contacts.first_name, '') || ' ' || coalesce(contacts.last_name, ''))
            as person_name,
        contacts.title,
        cast(null as {{ dbt.type_string() }}) as account_id,
        companies.domain as account_domain,
        cast(null as {{ dbt.type_string() }}) as converted_record_id,
        contacts.created_at
    from contacts
    left join companies on contacts.company_id = companies.company_id
)

select * from final
