with deal_contact as (
    {{ raw_rows('hubspot', 'deal_contact') }}
),

final as (
    select
        source_connection,
        deal_id,
        contact_id,
        category as association_category
    from deal_contact
)

select * from final
