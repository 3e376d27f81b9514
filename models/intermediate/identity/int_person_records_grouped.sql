-- The account and the other record that a record names are known since linked_at, null for ever.
{{ config(materialized='table') }}

with known as (
    select
        *,
        source_system || ':' || person_record_id as record_key,
        coalesce('email:' || email, 'record:' || source_system || ':' || person_record_id)
            as own_group,
        case when {{ existed_by_as_of('linked_at') }} then account_id end as linked_account_id,
        case when {{ existed_by_as_of('linked_at') }} then same_person_key end as linked_person_key
    from {{ ref('int_person_records_known') }}
    where {{ existed_by_as_of('created_at') }}
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
        known.source_system,
        known.person_record_id,
        known.record_key,
        known.record_kind,
        known.email,
        known.person_name,
        nullif({{ normalised_text('known.person_name') }}, '') as name_key,
        known.title,
        known.created_at,
        coalesce(account_ids.account_id, account_domains.account_id) as account_id,
        coalesce(person_merges.surviving_record_key, known.linked_person_key) as same_person_key,
        known.own_group
    from known
    left join account_ids on known.linked_account_id = account_ids.known_account_id
    left join account_domains on known.account_domain = account_domains.domain
    left join person_merges on known.linked_person_key = person_merges.record_key
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
                {{ binary_order('same_records.own_group') }}
        ) as link_rank
    from records
    inner join records as same_records on records.same_person_key = same_records.record_key
    where
        records.own_group <> same_records.own_group
        and records.own_group not in (select own_group from known where record_kind = 'contact')
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
        coalesce(group_roots.root_id, records.own_group) as linked_group,
        case
            when records.record_kind = 'stakeholder' and records.email is null
                then 'name:' || {{ joined_key(['records.account_id', 'records.name_key']) }}
        end as name_group
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
            order by
                {{ record_kind_priority('record_kind') }}, created_at nulls last,
                {{ binary_order('record_key') }}
        ) as name_rank
    from linked
    where name_group is null
),

final as (
    select
        linked.*,
        coalesce(namesakes.linked_group, linked.name_group, linked.linked_group) as person_group
    from linked
    left join namesakes
        on
            linked.name_group is not null
            and linked.account_id = namesakes.account_id
            and linked.name_key = namesakes.name_key
            and namesakes.name_rank = 1
)

select * from final
