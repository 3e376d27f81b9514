-- Two attendees of one interaction may turn out to be one person, as a lead and as a contact. They
-- are ranked by their keys alone, because a window over whole interactions would keep them in
-- memory.
with interactions as (
    select * from {{ ref('int_interactions') }}
),

attendances as (
    select * from {{ ref('int_interaction_records') }}
),

person_records as (
    select * from {{ ref('int_person_records_unified') }}
),

web_sessions as (
    select * from {{ ref('int_web_sessions') }}
),

-- Whoever has an address is one person: int_person_records_grouped.
emails as (
    select distinct
        email,
        person_id
    from person_records
    where email is not null
),

ranked_attendances as (
    select
        attendances.source_system,
        attendances.source_table,
        attendances.source_record_id,
        attendances.person_record_id,
        row_number() over (
            partition by
                attendances.source_system, attendances.source_table,
                attendances.source_record_id, person_records.person_id
            order by {{ binary_order('attendances.person_record_id') }}
        ) as attendance_rank
    from attendances
    inner join person_records
        on
            attendances.source_system = person_records.source_system
            and attendances.person_record_id = person_records.person_record_id
),

final as (
    select
        interactions.*,
        coalesce(person_records.person_id, emails.person_id, web_sessions.person_id) as person_id
    from interactions
    left join ranked_attendances as repeated_attendances
        on
            interactions.source_system = repeated_attendances.source_system
            and interactions.source_table = repeated_attendances.source_table
            and interactions.source_record_id = repeated_attendances.source_record_id
            and interactions.person_record_id = repeated_attendances.person_record_id
            and repeated_attendances.attendance_rank > 1
    left join person_records
        on
            interactions.source_system = person_records.source_system
            and interactions.person_record_id = person_records.person_record_id
    left join emails on interactions.person_email = emails.email
    left join web_sessions on interactions.session_id = web_sessions.session_id
    where repeated_attendances.source_record_id is null
)

select * from final
