with engagement as (
    {{ raw_rows('hubspot', 'engagement') }}
),

final as (
    select
        source_connection,
        id as engagement_id,
        lower(type) as engagement_type
    from engagement
)

select * from final
