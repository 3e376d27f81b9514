with deal_property_history as (
    {{ raw_rows('hubspot', 'deal_property_history') }}
),

final as (
    select
        source_connection,
        deal_id,
        lower(name) as property_name,
        value as property_value,
        timestamp as changed_at
    from deal_property_history
)

select * from final
