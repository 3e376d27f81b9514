with deal_stage as (
    {{ raw_rows('hubspot', 'deal_stage') }}
),

final as (
    select
        source_connection,
        deal_id,
        value as stage_id,
        date_entered as entered_at,
        _fivetran_start as recorded_at
    from deal_stage
)

select * from final
