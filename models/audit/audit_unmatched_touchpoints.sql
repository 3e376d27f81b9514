with touchpoints as (
    select * from {{ ref('int_touchpoints_scored') }}
),

systems as (
    select
        source_system,
        count(*) as n_system
    from touchpoints
    group by source_system
),

unmatched as (
    select
        source_system,
        unmatched_reason as reason,
        count(*) as n_touchpoints
    from touchpoints
    where account_id is null
    group by source_system, unmatched_reason
),

final as (
    select
        unmatched.source_system,
        unmatched.reason,
        cast(unmatched.n_touchpoints as bigint) as n_touchpoints,
        cast(unmatched.n_touchpoints as {{ type_double() }}) / systems.n_system as share
    from unmatched
    inner join systems on unmatched.source_system = systems.source_system
)

select * from final
