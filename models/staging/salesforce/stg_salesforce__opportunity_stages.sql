with opportunity_stage as (
    {{ raw_rows('salesforce', 'opportunity_stage') }}
),

final as (
    select
        source_connection,
        id as opportunity_stage_id,
        master_label as stage_name,
        master_label as stage_label,
        default_probability,
        coalesce(is_closed, false) as is_closed,
        coalesce(is_won, false) as is_won,
        sort_order
    from opportunity_stage
)

select * from final
