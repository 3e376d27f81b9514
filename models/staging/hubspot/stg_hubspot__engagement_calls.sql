with engagement_call as (
    {{ raw_rows('hubspot', 'engagement_call') }}
),

final as (
    select
        engagement_id,
        outcome,
        -- Milliseconds; a call of less than a second still had one.
        cast(ceil(duration / 1000.0) as integer) as duration_seconds,
        property_hs_timestamp as called_at
    from engagement_call
)

select * from final
