with event as (
    {{ raw_rows('salesforce', 'event') }}
),

final as (
    select
        -- ids
        source_connection,
        {{ salesforce_id('id') }} as event_id,
        {{ salesforce_id('who_id') }} as person_record_id,
        {{ salesforce_id('account_id') }} as account_id,

        -- strings
        subject,
        coalesce(type, event_subtype) as event_type,

        -- booleans
        coalesce(is_child, false) or coalesce(is_recurrence, false) as is_calendar_copy,

        -- timestamps
        start_date_time as started_at,
        end_date_time as ended_at
    from event
)

select * from final
