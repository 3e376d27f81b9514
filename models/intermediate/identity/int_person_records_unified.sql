-- Who is the same person: by e-mail, then by conversion, then by name within an account.
{{ config(materialized='table') }}

with source_records as (
    {{ union_sources('person_records') }}
),

source_merges as (
    {{ union_sources('person_merges') }}
),

-- Two systems may use the same id, so records are known by system and id.
keyed_merges as (
    select
        source_system || ':' || person_record_id as record_key,
        source_system || ':' || merged_into_record_id as merged_into_key
    from source_merges
),

account_ids as (
    select * from {{ ref('int_account_ids_resolved') }}
),

account_domains as (
    select * from {{ ref('int_account_domains_matched') }}
),

merge_roots as (
    {{ hierarchy_roots('keyed_merges', 'record_key', 'merged_into_key') }}
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
        coalesce(
            merge_roots.root_id,
            source_records.source_system || ':' || source_records.converted_record_id
        ) as converted_record_key,
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
    left join merge_roots
        on
            source_records.source_system || ':' || source_records.converted_record_id
            = merge_roots.record_key
    where {{ existed_by_as_of('source_records.created_at') }}
),

groups_with_contact as (
    select distinct own_group
    from records
    where record_kind = 'contact'
),

-- A group without a contact follows the first of its leads that became one.
conversions as (
    select
        records.own_group,
        contacts.own_group as joined_group,
        row_number() over (
            partition by records.own_group
            order by
                records.created_at nulls last, {{ binary_order('records.record_key') }},
                contacts.own_group
        ) as conversion_rank
    from records
    inner join records as contacts
        on
            records.converted_record_key = contacts.record_key
            and contacts.record_kind = 'contact'
    left join groups_with_contact on records.own_group = groups_with_contact.own_group
    where groups_with_contact.own_group is null
),

converted as (
    select
        records.*,
        coalesce(conversions.joined_group, records.own_group) as converted_group
    from records
    left join conversions
        on records.own_group = conversions.own_group and conversions.conversion_rank = 1
),

-- A stakeholder without e-mail is the first-created person of that name in the account.
namesakes as (
    select
        account_id,
        name_key,
        converted_group,
        row_number() over (
            partition by account_id, name_key
            order by
                kind_rank, created_at nulls last, {{ binary_order('record_key') }}
        ) as name_rank
    from converted
    where
        account_id is not null
        and name_key is not null
        and not (record_kind = 'stakeholder' and email is null)
),

grouped as (
    select
        converted.*,
        coalesce(
            namesakes.converted_group,
            case
                when converted.record_kind = 'stakeholder' and converted.email is null
                    then 'name:' || {{ joined_key(['converted.account_id', 'converted.name_key']) }}
            end,
            converted.converted_group
        ) as person_group
    from converted
    left join namesakes
        on
            converted.record_kind = 'stakeholder'
            and converted.email is null
            and converted.account_id = namesakes.account_id
            and converted.name_key = namesakes.name_key
            and namesakes.name_rank = 1
),

ranked as (
    select
        grouped.*,
        row_number() over (
            partition by person_group
            order by
                kind_rank,
                created_at nulls last,
                {{ source_priority('source_system') }},
                {{ binary_order('record_key') }}
        ) as record_rank
    from grouped
),

people as (
    select
        person_group,
        {{ surrogate_key(["'person'", 'source_system', 'person_record_id']) }} as person_id
    from ranked
    where record_rank = 1
),

identified as (
    select
        people.person_id,
        ranked.source_system,
        ranked.person_record_id,
        ranked.record_key,
        ranked.record_kind,
        ranked.email,
        ranked.person_name,
        ranked.title,
        ranked.account_id,
        ranked.created_at,
        ranked.record_rank
    from ranked
    inner join people on ranked.person_group = people.person_group
),

-- Activities may still name the losing record of a merge: it leads to the same person.
merged_away as (
    select
        identified.person_id,
        identified.source_system,
        source_merges.person_record_id,
        merge_roots.record_key
    from merge_roots
    inner join source_merges
        on
            merge_roots.record_key
            = source_merges.source_system || ':' || source_merges.person_record_id
    inner join identified
        on
            merge_roots.root_id = identified.record_key
            and merge_roots.record_key <> identified.record_key
),

final as (
    select
        person_id,
        source_system,
        person_record_id,
        record_kind,
        email,
        person_name,
        title,
        account_id,
        created_at,
        record_rank
    from identified

    union all

    select
        person_id,
        source_system,
        person_record_id,
        'merged' as record_kind,
        null as email,
        null as person_name,
        null as title,
        null as account_id,
        null as created_at,
        null as record_rank
    from merged_away
)

select * from final
