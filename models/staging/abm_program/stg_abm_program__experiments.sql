with experiments as (
    {{ raw_rows('abm_program', 'experiments') }}
),

final as (
    select
        -- ids
        source_connection,
        experiment_id,

        -- strings
        hypothesis,
        lower(metric) as metric,
        lower(decision) as decision,

        -- numerics
        minimum_detectable_effect,

        -- dates
        started_on,
        ended_on
    from experiments
)

select * from final
