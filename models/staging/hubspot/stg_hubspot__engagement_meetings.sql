with engagement_meeting as (
    {{ raw_rows('hubspot', 'engagement_meeting') }}
),

final as (
    select
        source_connection,
        engagement_id,
        coalesce(property_hs_meeting_outcome, outcome) as outcome,
        property_hs_timestamp as started_at
    from engagement_meeting
)

select * from final
