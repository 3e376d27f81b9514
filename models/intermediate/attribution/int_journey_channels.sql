{{ config(materialized='table') }}

with touches as (
    select * from {{ ref('int_journey_touches') }}
),

final as (
    select
        opportunity_id,
        attribution_basis,
        channel,
        count(*) as n_touches_of_channel
    from touches
    group by opportunity_id, attribution_basis, channel
)

select * from final
