with deal_pipeline_stage as (
    {{ raw_rows('hubspot', 'deal_pipeline_stage') }}
),

final as (
    select
        -- ids
        source_connection,
        stage_id,
        pipeline_id,

        -- strings
        label as stage_label,

        -- numerics
        probability,
        display_order,

        -- booleans
        coalesce(is_closed, false)
        or coalesce(closed_won, false)
        or coalesce(probability in (0, 1), false) as is_closed,
        coalesce(closed_won, probability = 1, false) as is_won
    from deal_pipeline_stage
)

select * from final
