{{ config(materialized='view') }}

with meetings as (
    select * from {{ ref('stg_hubspot__engagement_meetings') }}
),

calls as (
    select * from {{ ref('stg_hubspot__engagement_calls') }}
),

engagement_contacts as (
    select * from {{ ref('stg_hubspot__engagement_contacts') }}
),

engagement_companies as (
    select * from {{ ref('stg_hubspot__engagement_companies') }}
),

accounts as (
    select * from {{ ref('stg_hubspot__accounts') }}
),

held as (
    select
        'engagement_meeting' as source_table,
        engagement_id,
        outcome,
        cast(null as integer) as duration_seconds,
        started_at as occurred_at
    from meetings

    union all

    select
        'engagement_call' as source_table,
        engagement_id,
        outcome,
        duration_seconds,
        called_at as occurred_at
    from calls
),

first_companies as (
    select
        engagement_id,
        min(company_id) as company_id
    from engagement_companies
    group by engagement_id
),

final as (
    select
        held.*,
        engagement_contacts.contact_id,
        {% if var('crm') == 'hubspot' -%}
        cast(first_companies.company_id as {{ dbt.type_string() }}) as account_id,
        cast(null as {{ dbt.type_string() }}) as account_domain
        {%- else -%}
        cast(null as {{ dbt.type_string() }}) as account_id,
        accounts.domain as account_domain
        {%- endif %}
    from held
    left join engagement_contacts on held.engagement_id = engagement_contacts.engagement_id
    left join first_companies on held.engagement_id = first_companies.engagement_id
    left join accounts
        on cast(first_companies.company_id as {{ dbt.type_string() }}) = accounts.account_id
)

select * from final
