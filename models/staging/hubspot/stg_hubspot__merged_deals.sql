with merged_deal as (
    {{ raw_rows('hubspot', 'merged_deal') }}
),

final as (
    select
        source_connection,
        deal_id as merged_into_deal_id,
        merged_deal_id as deal_id
    from merged_deal
)

select * from final
