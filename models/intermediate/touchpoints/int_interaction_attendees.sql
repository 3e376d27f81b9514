with interactions as (
    select * from {{ ref('int_interactions') }}
),

repeated_attendances as (
    select * from {{ ref('int_attendances_repeated') }}
),

person_records as (
    select * from {{ ref('int_person_records_unified') }}
),

emails as (
    select * from {{ ref('int_person_emails') }}
),

web_sessions as (
    select * from {{ ref('int_web_sessions') }}
),

final as (
    select
        interactions.*,
        coalesce(person_records.person_id, emails.person_id, web_sessions.person_id) as person_id
    from interactions
    left join repeated_attendances
        on
            interactions.source_system = repeated_attendances.source_system
            and interactions.source_table = repeated_attendances.source_table
            and interactions.source_record_id = repeated_attendances.source_record_id
            and interactions.person_record_id = repeated_attendances.person_record_id
    left join person_records
        on
            interactions.source_system = person_records.source_system
            and interactions.person_record_id = person_records.person_record_id
    left join emails on interactions.person_email = emails.email
    left join web_sessions on interactions.session_id = web_sessions.session_id
    where repeated_attendances.source_record_id is null
)

select * from final
