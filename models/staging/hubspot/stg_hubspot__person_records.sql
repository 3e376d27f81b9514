-- A contact that was merged into another, and is still delivered, is that person.
{{ config(materialized='view') }}

with contacts as (
    select * from {{ ref('stg_hubspot__contacts') }}
),

accounts as (
    select * from {{ ref('stg_hubspot__accounts') }}
),

person_merges as (
    select * from {{ ref('stg_hubspot__person_merges') }}
),

final as (
    select
        'hubspot' as source_system,
        contacts.contact_id as person_record_id,
        {% if var('crm') == 'hubspot' -%}
        case
            when person_merges.merged_into_record_id is null then 'contact'
            else 'marketing_contact'
        end
        {%- else -%}
        'marketing_contact'
        {%- endif %} as record_kind,
        contacts.email,
        trim(coalesce(contacts.first_name, '') || ' ' || coalesce(contacts.last_name, ''))
            as person_name,
        contacts.title,
        {% if var('crm') == 'hubspot' -%}
        cast(contacts.company_id as {{ dbt.type_string() }}) as account_id,
        cast(null as {{ dbt.type_string() }}) as account_domain,
        {%- else -%}
        cast(null as {{ dbt.type_string() }}) as account_id,
        accounts.domain as account_domain,
        {%- endif %}
        'hubspot:' || person_merges.merged_into_record_id as same_person_key,
        cast(null as {{ dbt.type_timestamp() }}) as linked_at,
        contacts.created_at
    from contacts
    left join accounts
        on cast(contacts.company_id as {{ dbt.type_string() }}) = accounts.account_id
    left join person_merges on contacts.contact_id = person_merges.person_record_id
)

select * from final
