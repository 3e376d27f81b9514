with engagement_company as (
    {{ raw_rows('hubspot', 'engagement_company') }}
),

final as (
    select
        source_connection,
        engagement_id,
        company_id
    from engagement_company
)

select * from final
