{{ config(materialized='view') }}

with stages as (
    select * from {{ ref('stg_hubspot__stages_named') }}
),

final as (
    select
        stage_name,
        stage_label,
        probability * 100 as default_probability,
        is_closed,
        is_won,
        display_order as sort_order
    from stages
)

select * from final
