-- Why one person is matched to one account: every record that is this person, and what each rule of
-- dim_people.match_method answers, in order; the first answer counts.
--
--   dbt show --limit 50 --select why_does_this_person_belong_to_this_account \
--       --vars '{person: ann@acme.example}'
--
-- `person` is an e-mail address, a record's id in any system, or a person_id. The evidence is a
-- record's id, or the domain of the address.
{% set wanted = "'" ~ var('person', '') | lower ~ "'" %}

with records as (
    select * from {{ ref('int_person_records_unified') }}
),

people as (
    select * from {{ ref('int_people') }}
),

domains as (
    select * from {{ ref('int_account_domains') }}
),

accounts as (
    select * from {{ ref('dim_accounts') }}
),

wanted_people as (
    select distinct person_id
    from records
    where
        lower(email) = {{ wanted }}
        or lower(person_record_id) = {{ wanted }}
        or person_id = {{ wanted }}
),

record_answers as (
    select
        records.person_id,
        case records.record_kind
            when 'contact' then 1
            when 'lead' then 2
            when 'marketing_contact' then 3
            when 'stakeholder' then 4
            else 9
        end as rule_number,
        case records.record_kind
            when 'contact' then 'crm_account'
            when 'lead' then 'converted_lead'
            when 'marketing_contact' then 'marketing_automation'
            when 'stakeholder' then 'declared_stakeholder'
            else 'merged away, same person'
        end as rule,
        records.record_rank,
        records.source_system,
        records.person_record_id as evidence,
        records.account_id
    from records
    inner join wanted_people on records.person_id = wanted_people.person_id
),

domain_answers as (
    select
        people.person_id,
        case when domains.is_shared then 6 else 5 end as rule_number,
        case when domains.is_shared then 'email_domain_shared' else 'email_domain' end as rule,
        cast(null as bigint) as record_rank,
        'e-mail' as source_system,
        {{ email_domain('people.email') }} as evidence,
        domains.account_id
    from people
    inner join wanted_people on people.person_id = wanted_people.person_id
    left join domains on {{ email_domain('people.email') }} = domains.domain
    where people.email is not null
),

answers as (
    select * from record_answers
    union all
    select * from domain_answers
),

final as (
    select
        answers.rule_number as rule_no,
        answers.rule,
        answers.source_system as source,
        answers.evidence,
        coalesce(accounts.account_name, 'no account') as answer,
        (
            answers.rule = people.match_method
            and answers.account_id is not null
            and row_number() over (
                partition by answers.person_id, answers.rule, answers.account_id is null
                order by answers.record_rank
            ) = 1
        ) as counts
    from answers
    inner join people on answers.person_id = people.person_id
    left join accounts on answers.account_id = accounts.account_id
    order by answers.person_id, answers.rule_number, answers.record_rank
)

select * from final
