-- Two at least: one has no variance.
with experiments as (
    select * from {{ ref('int_experiments') }}
    where reason is null
),

arms as (
    select * from {{ ref('int_experiment_arms') }}
),

summaries as (
    select * from {{ ref('int_experiment_arm_metrics') }}
),

variances as (
    select
        experiment_id,
        sum((n - 1) * variance) / nullif(cast(sum(n - 1) as {{ type_double() }}), 0) as variance
    from summaries
    group by experiment_id
),

planned as (
    select
        experiments.experiment_id,
        experiments.metric_kind,
        nullif(experiments.minimum_detectable_effect, 0) as declared_effect,
        summaries.metric_value as control_value,
        case
            when experiments.effect_unit = 'share_of_control'
                then nullif(experiments.minimum_detectable_effect * summaries.metric_value, 0)
            else nullif(experiments.minimum_detectable_effect, 0)
        end as effect,
        nullif(variances.variance, 0) as variance
    from experiments
    inner join arms on experiments.experiment_id = arms.experiment_id and arms.is_control
    inner join variances on experiments.experiment_id = variances.experiment_id
    left join summaries
        on arms.experiment_id = summaries.experiment_id and arms.arm = summaries.arm
),

sized as (
    select
        *,
        case
            when metric_kind = 'mean'
                then
                    2 * variance
                    * power({{ normal_quantile_975() }} + {{ normal_quantile_80() }}, 2)
                    / power(effect, 2)
            when control_value + effect between 0 and 1
                then
                    power(
                        {{ normal_quantile_975() }}
                        * sqrt((2 * control_value + effect) * (2 - 2 * control_value - effect) / 2)
                        + {{ normal_quantile_80() }}
                        * sqrt(
                            control_value * (1 - control_value)
                            + (control_value + effect) * (1 - control_value - effect)
                        ),
                        2
                    ) / power(effect, 2)
        end as size
    from planned
),

final as (
    select
        experiment_id,
        case
            when size < 2 then 2
            when size < 1e9
                then cast(ceil({{ double_as_decimal('size', 6) }}) as {{ dbt.type_bigint() }})
        end as required_n,
        case
            when declared_effect is null then 'no_declared_effect'
            when effect is null then 'no_control_value'
            when metric_kind = 'mean' and variance is null then 'no_variance'
            when size is null or size >= 1e9 then 'effect_out_of_range'
        end as required_n_reason
    from sized
)

select * from final
