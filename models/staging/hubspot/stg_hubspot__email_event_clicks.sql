with email_event_click as (
    {{ raw_rows('hubspot', 'email_event_click') }}
),

final as (
    select
        source_connection,
        id as email_event_id,
        user_agent,
        url as page_url
    from email_event_click
)

select * from final
