with repeated as (
    select * from {{ ref('int_touchpoints_repeated') }}
),

final as (
    select
        source_system,
        kept_in_system,
        interaction_type,
        cast(count(*) as bigint) as n_touchpoints
    from repeated
    group by source_system, kept_in_system, interaction_type
)

select * from final
