{{ config(materialized='table') }}

with role_records as (
    select * from {{ ref('int_buying_role_records') }}
),

person_records as (
    select * from {{ ref('int_person_records_unified') }}
),

buying_roles as (
    select * from {{ ref('buying_roles') }}
),

reporting_dates as (
    select * from {{ ref('int_reporting_dates') }}
),

stated as (
    select
        reporting_dates.as_of_on,
        person_records.person_id,
        role_records.source_system,
        role_records.role_source,
        role_records.role_raw,
        role_records.stated_at,
        role_records.person_record_id,
        buying_roles.buying_role
    from role_records
    inner join person_records
        on
            role_records.source_system = person_records.source_system
            and role_records.person_record_id = person_records.person_record_id
    inner join reporting_dates
        on
            role_records.stated_at is null
            or {{ date_of('role_records.stated_at') }} <= reporting_dates.as_of_on
    left join buying_roles on {{ normalised_text('role_records.role_raw') }} = buying_roles.alias
),

-- Declared before a role in an opportunity before a marketing tool's; among equals the newest.
ranked as (
    select
        as_of_on,
        person_id,
        coalesce(buying_role, 'other') as buying_role,
        row_number() over (
            partition by as_of_on, person_id
            order by
                case role_source when 'declared' then 1 when 'contact_role' then 2 else 3 end,
                stated_at desc nulls last,
                {{ source_priority('source_system') }},
                {{ binary_order('person_record_id') }},
                {{ binary_order('role_raw') }}
        ) as role_rank
    from stated
    where role_raw is not null
),

declared as (
    select distinct
        as_of_on,
        person_id
    from stated
    where role_source = 'declared'
),

final as (
    select
        coalesce(ranked.as_of_on, declared.as_of_on) as as_of_on,
        coalesce(ranked.person_id, declared.person_id) as person_id,
        coalesce(ranked.buying_role, 'other') as buying_role,
        declared.person_id is not null as is_declared_stakeholder
    from (select * from ranked where role_rank = 1) as ranked
    full outer join declared
        on ranked.person_id = declared.person_id and ranked.as_of_on = declared.as_of_on
)

select * from final
