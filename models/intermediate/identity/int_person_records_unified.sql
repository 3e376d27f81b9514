-- Activities may still name a record that was merged away, or its address: either leads to the same
-- person, unless the address is another's by now.
{{ config(materialized='table') }}

with records as (
    select * from {{ ref('int_person_records_grouped') }}
),

person_merges as (
    select * from {{ ref('int_merged_person_records') }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by person_group
            order by
                {{ record_kind_priority('record_kind') }},
                created_at nulls last,
                {{ source_priority('source_system') }},
                {{ binary_order('record_key') }}
        ) as record_rank
    from records
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

addresses as (
    select distinct email
    from identified
    where email is not null
),

merged_away as (
    select
        survivors.person_id,
        person_merges.source_system,
        person_merges.person_record_id,
        case when addresses.email is null then person_merges.email end as email,
        row_number() over (
            partition by person_merges.email
            order by {{ binary_order('person_merges.record_key') }}
        ) as email_rank
    from person_merges
    inner join identified as survivors on person_merges.surviving_record_key = survivors.record_key
    left join identified as delivered on person_merges.record_key = delivered.record_key
    left join addresses on person_merges.email = addresses.email
    where delivered.record_key is null
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
        case when email_rank = 1 then email end as email,
        null as person_name,
        null as title,
        null as account_id,
        null as created_at,
        null as record_rank
    from merged_away
)

select * from final
