with deal_company as (
    {{ raw_rows('hubspot', 'deal_company') }}
),

final as (
    select
        source_connection,
        deal_id,
        company_id,
        coalesce(type_id, 0) = 5 as is_primary
    from deal_company
)

select * from final
