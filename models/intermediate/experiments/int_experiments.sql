with experiments as (
    select * from {{ ref('stg_abm_program__experiments') }}
),

experiment_metrics as (
    select * from {{ ref('experiment_metrics') }}
),

final as (
    select
        experiments.experiment_id,
        experiments.hypothesis,
        experiments.metric,
        experiment_metrics.measure,
        experiment_metrics.metric_kind,
        experiment_metrics.effect_unit,
        experiments.minimum_detectable_effect,
        experiments.started_on,
        experiments.ended_on,
        case
            when experiments.ended_on <= {{ as_of_date() }} then experiments.ended_on
            else {{ as_of_date() }}
        end as measured_to_on,
        experiments.started_on <= {{ as_of_date() }}
        and (experiments.ended_on is null or experiments.ended_on > {{ as_of_date() }})
            as is_running,
        experiments.decision,
        case
            when experiments.started_on is null then 'no_start'
            when experiments.started_on > {{ as_of_date() }} then 'not_started'
            when experiments.ended_on < experiments.started_on then 'ended_before_started'
            when
                experiment_metrics.measure in ('{{ experiment_measures() | join("', '") }}')
                and experiment_metrics.metric_kind in ('proportion', 'mean') then null
            else 'unknown_metric'
        end as reason
    from experiments
    left join experiment_metrics
        on {{ seed_name('experiments.metric') }} = experiment_metrics.metric
)

select * from final
