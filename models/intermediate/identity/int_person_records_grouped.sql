-- Who is the same person: by e-mail, then by what a record says it is, then by name in an account.
-- The account and the other record that a record names are known since linked_at, null for ever.
with source_records as (
    select
        source_system,
        person_record_id,
        record_kind,
        email,
        person_name,
        title,
        case when {{ existed_by_as_of('linked_at') }} then account_id end as account_id,
        account_domain,
        case when {{ existed_by_as_of('linked_at') }} then same_person_key end as same_person_key,
        created_at
    from {{ ref('int_person_records_known') }}
),

person_merges as (
    select * from {{ ref('int_merged_person_records') }}
),

account_ids as (
    select * from {{ ref('int_account_ids') }}
),

account_domains as (
    select * from {{ ref('int_account_domains') }}
),

records as (
    select
        source_records.source_system,
        source_records.person_record_id,
        source_records.source_system || ':' || source_records.person_record_id as record_key,
        source_records.record_kind,
        source_records.email,
        source_records.person_name,
        nullif({{ normalised_text('source_records.person_name') }}, '') as name_key,
        source_records.title,
        source_records.created_at,
        coalesce(account_ids.account_id, account_domains.account_id) as account_id,
        coalesce(person_merges.surviving_record_key, source_records.same_person_key)
            as same_person_key,
        coalesce(
            'email:' || source_records.email,
            'record:' || source_records.source_system || ':' || source_records.person_record_id
        ) as own_group,
        case source_records.record_kind
            when 'contact' then 1
            when 'lead' then 2
            when 'marketing_contact' then 3
            else 4
        end as kind_rank
    from source_records
    left join account_ids on source_records.account_id = account_ids.known_account_id
    left join account_domains on source_records.account_domain = account_domains.domain
    left join person_merges on source_records.same_person_key = person_merges.record_key
    where {{ existed_by_as_of('source_records.created_at') }}
),

groups_with_contact as (
    select distinct own_group
    from records
    where record_kind = 'contact'
),

-- A group without a contact follows the first of its records that says whose it is: a lead its
-- conversion, a marketing tool's record the CRM's, a merged contact its survivor.
ranked_links as (
    select
        records.own_group,
        same_records.own_group as joined_group,
        row_number() over (
            partition by records.own_group
            order by
                records.created_at nulls last, {{ binary_order('records.record_key') }},
                same_records.own_group
        ) as link_rank
    from records
    inner join records as same_records on records.same_person_key = same_records.record_key
    left join groups_with_contact on records.own_group = groups_with_contact.own_group
    where groups_with_contact.own_group is null and records.own_group <> same_records.own_group
),

links as (
    select
        own_group,
        joined_group
    from ranked_links
    where link_rank = 1
),

group_roots as (
    {{ hierarchy_roots('links', 'own_group', 'joined_group') }}
),

linked as (
    select
        records.*,
        coalesce(group_roots.root_id, records.own_group) as linked_group
    from records
    left join group_roots on records.own_group = group_roots.own_group
),

-- A stakeholder without e-mail is the first-created person of that name in the account.
namesakes as (
    select
        account_id,
        name_key,
        linked_group,
        row_number() over (
            partition by account_id, name_key
            order by kind_rank, created_at nulls last, {{ binary_order('record_key') }}
        ) as name_rank
    from linked
    where
        account_id is not null
        and name_key is not null
        and not (record_kind = 'stakeholder' and email is null)
),

final as (
    select
        linked.source_system,
        linked.person_record_id,
        linked.record_key,
        linked.record_kind,
        linked.kind_rank,
        linked.email,
        linked.person_name,
        linked.title,
        linked.account_id,
        linked.created_at,
        coalesce(
            namesakes.linked_group,
            case
                when linked.record_kind = 'stakeholder' and linked.email is null
                    then 'name:' || {{ joined_key(['linked.account_id', 'linked.name_key']) }}
            end,
            linked.linked_group
        ) as person_group
    from linked
    left join namesakes
        on
            linked.record_kind = 'stakeholder'
            and linked.email is null
            and linked.account_id = namesakes.account_id
            and linked.name_key = namesakes.name_key
            and namesakes.name_rank = 1
)

select * from final
