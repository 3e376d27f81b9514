with engagement_call as (
    {{ raw_rows('hubspot', 'engagement_call') }}
),

renamed as (
    select
        *,
        coalesce(property_hs_call_duration, duration) as duration_milliseconds
    from engagement_call
),

final as (
    select
        source_connection,
        engagement_id,
        -- The disposition and what the older column says of it; the status is the line's, and tells
        -- something only of a call that nobody gave an outcome.
        case
            when outcome is null
                then coalesce(property_hs_call_disposition, property_hs_call_status)
            when property_hs_call_disposition is null or property_hs_call_disposition = outcome
                then outcome
            else property_hs_call_disposition || ' / ' || outcome
        end as outcome,
        -- A call of less than a second still had one.
        case
            when abs(duration_milliseconds) < 1e12
                then cast(ceil(duration_milliseconds / 1000.0) as integer)
        end as duration_seconds,
        property_hs_timestamp as called_at
    from renamed
)

select * from final
