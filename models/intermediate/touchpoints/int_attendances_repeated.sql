-- Two attendees of one interaction may turn out to be one person, as a lead and as a contact: all
-- but the first are listed here.
with interactions as (
    select * from {{ ref('int_interaction_records') }}
),

person_records as (
    select * from {{ ref('int_person_records_unified') }}
),

attendances as (
    select
        interactions.source_system,
        interactions.source_table,
        interactions.source_record_id,
        interactions.person_record_id,
        row_number() over (
            partition by
                interactions.source_system, interactions.source_table,
                interactions.source_record_id, person_records.person_id
            order by {{ binary_order('interactions.person_record_id') }}
        ) as attendance_rank
    from interactions
    inner join person_records
        on
            interactions.source_system = person_records.source_system
            and interactions.person_record_id = person_records.person_record_id
),

final as (
    select
        source_system,
        source_table,
        source_record_id,
        person_record_id
    from attendances
    where attendance_rank > 1
)

select * from final
