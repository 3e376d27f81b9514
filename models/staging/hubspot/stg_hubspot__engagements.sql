with engagement as (
    {{ raw_rows('hubspot', 'engagement') }}
),

final as (
    select
        id as engagement_id,
        lower(type) as engagement_type
    from engagement
)

select * from final
