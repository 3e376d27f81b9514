with engagement_contact as (
    {{ raw_rows('hubspot', 'engagement_contact') }}
),

final as (
    select
        source_connection,
        engagement_id,
        cast(contact_id as {{ dbt.type_string() }}) as contact_id
    from engagement_contact
)

select * from final
