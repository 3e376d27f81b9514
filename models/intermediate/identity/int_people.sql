{{ config(materialized='table') }}

{% set stated = {'email': 'email', 'title': 'title', 'person_name': "nullif(person_name, '')"} %}

with records as (
    select * from {{ ref('int_person_records_unified') }}
    where record_kind <> 'merged'
),

account_domains as (
    select * from {{ ref('int_account_domains') }}
),

buying_roles as (
    select * from {{ ref('int_buying_roles_by_reporting_date') }}
    where as_of_on = {{ as_of_date() }}
),

personas as (
    select * from {{ ref('personas') }}
),

decision_roles as (
    select distinct buying_role
    from {{ ref('buying_roles') }}
    where is_decision_maker
),

record_accounts as (
    select
        person_id,
        account_id,
        case record_kind
            when 'contact' then 'crm_account'
            when 'lead' then 'converted_lead'
            when 'marketing_contact' then 'marketing_automation'
            else 'declared_stakeholder'
        end as match_method,
        row_number() over (partition by person_id order by record_rank) as account_rank
    from records
    where account_id is not null
),

-- The newest knowledge is not needed here: the best record that has the value counts.
record_values as (
    select
        person_id,
        source_system,
        created_at,
        {%- for name, value in stated.items() %}
        {{ value }} as {{ name }},
        row_number() over (
            partition by person_id
            order by case when {{ value }} is null then 1 else 0 end, record_rank
        ) as {{ name }}_rank
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from records
),

-- A record without a date of creation was always there.
described as (
    select
        person_id,
        {%- for name in stated %}
        {{ maximum_text('case when ' ~ name ~ '_rank = 1 then ' ~ name ~ ' end') }} as {{ name }},
        {%- endfor %}
        {{ ordered_list('source_system') }} as source_systems,
        case when count(*) = count(created_at) then {{ date_of('min(created_at)') }} end
            as known_since_on
    from record_values
    group by person_id
),

titles as (
    select distinct title
    from described
    where title is not null
),

ranked_personas as (
    select
        titles.title,
        personas.persona,
        row_number() over (partition by titles.title order by personas.priority) as pattern_rank
    from titles
    inner join personas on {{ padded_words('titles.title') }} like personas.pattern
),

final as (
    select
        described.person_id,
        described.email,
        described.person_name,
        described.title,
        coalesce(ranked_personas.persona, 'other') as persona,
        coalesce(record_accounts.account_id, account_domains.account_id) as account_id,
        case
            when record_accounts.account_id is not null then record_accounts.match_method
            when account_domains.is_shared then 'email_domain_shared'
            when account_domains.account_id is not null then 'email_domain'
            else 'unmatched'
        end as match_method,
        coalesce(buying_roles.buying_role, 'none') as buying_role,
        coalesce(buying_roles.buying_role, 'none') <> 'none' as is_stakeholder,
        coalesce(buying_roles.is_declared_stakeholder, false) as is_declared_stakeholder,
        decision_roles.buying_role is not null as is_decision_maker,
        described.source_systems,
        described.known_since_on
    from described
    left join record_accounts
        on described.person_id = record_accounts.person_id and record_accounts.account_rank = 1
    left join account_domains on {{ email_domain('described.email') }} = account_domains.domain
    left join buying_roles on described.person_id = buying_roles.person_id
    left join decision_roles on buying_roles.buying_role = decision_roles.buying_role
    left join ranked_personas
        on described.title = ranked_personas.title and ranked_personas.pattern_rank = 1
)

select * from final
