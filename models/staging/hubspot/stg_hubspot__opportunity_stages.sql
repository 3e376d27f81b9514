with pipeline_stages as (
    select * from {{ ref('stg_hubspot__pipeline_stages') }}
),

final as (
    select
        stage_name,
        probability * 100 as default_probability,
        is_closed,
        is_won,
        display_order as sort_order
    from pipeline_stages
)

select * from final
