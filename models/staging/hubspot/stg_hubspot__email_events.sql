with email_event as (
    {{ raw_rows('hubspot', 'email_event') }}
),

final as (
    select
        -- ids
        source_connection,
        id as email_event_id,
        email_campaign_id,

        -- strings
        upper(type) as event_type,
        {{ normalised_email('recipient') }} as recipient,

        -- booleans
        coalesce(filtered_event, false) as is_filtered,

        -- timestamps
        created as occurred_at
    from email_event
)

select * from final
