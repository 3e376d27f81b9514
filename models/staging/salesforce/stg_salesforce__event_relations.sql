with event_relation as (
    {{ raw_rows('salesforce', 'event_relation') }}
),

final as (
    select
        source_connection,
        {{ salesforce_id('id') }} as event_relation_id,
        {{ salesforce_id('event_id') }} as event_id,
        {{ salesforce_id('relation_id') }} as person_record_id
    from event_relation
)

select * from final
