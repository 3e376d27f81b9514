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
        {{ impersonal_value('lower(metric)') }} as metric,
        {{ impersonal_value('lower(decision)') }} as decision,

        -- numerics
        minimum_detectable_effect,

        -- dates
        started_on,
        ended_on
    from experiments
)

select * from final
