with email_event_open as (
    {{ raw_rows('hubspot', 'email_event_open') }}
),

final as (
    select
        source_connection,
        id as email_event_id,
        user_agent
    from email_event_open
)

select * from final
