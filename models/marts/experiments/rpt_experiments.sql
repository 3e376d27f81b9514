with experiments as (
    select * from {{ ref('int_experiments') }}
),

arms as (
    select * from {{ ref('int_experiment_arms') }}
),

summaries as (
    select * from {{ ref('int_experiment_arm_metrics') }}
),

comparisons as (
    select * from {{ ref('int_experiment_tests') }}
),

sizes as (
    select * from {{ ref('int_experiment_sizes') }}
),

joined as (
    select
        experiments.*,
        arms.arm,
        arms.is_control,
        arms.n,
        max(case when arms.is_control then arms.n end) over (
            partition by arms.experiment_id
        ) as n_control,
        arms.n_arms,
        arms.n_conflicting,
        arms.n_unknown_accounts,
        arms.n_of_all,
        arms.sample_ratio_p_value,
        summaries.numerator,
        summaries.metric_value,
        case when experiments.metric_kind = 'mean' then sqrt(summaries.variance) end
            as standard_deviation,
        comparisons.difference,
        comparisons.ci_low,
        comparisons.ci_high,
        comparisons.test_statistic,
        comparisons.degrees_of_freedom,
        comparisons.p_value,
        sizes.required_n,
        coalesce(sizes.required_n_reason, experiments.reason) as required_n_reason
    from experiments
    inner join arms on experiments.experiment_id = arms.experiment_id
    left join summaries
        on arms.experiment_id = summaries.experiment_id and arms.arm = summaries.arm
    left join comparisons
        on arms.experiment_id = comparisons.experiment_id and arms.arm = comparisons.arm
    left join sizes on experiments.experiment_id = sizes.experiment_id
),

counted as (
    select
        *,
        {{ has_enough('experiment', 'least(n, coalesce(n_control, 0))') }} as is_reliable
    from joined
),

judged as (
    select
        *,
        {{ experiment_verdict() }} as verdict
    from counted
),

final as (
    select
        {{ as_of_date() }} as as_of_on,
        experiment_id,
        arm,
        is_control,
        hypothesis,
        metric,
        metric_kind,
        'account' as unit,
        started_on,
        ended_on,
        cast(n as integer) as n,
        is_reliable,
        cast(n_conflicting as integer) as n_conflicting,
        cast(n_unknown_accounts as integer) as n_unknown_accounts,
        {{ rounded_statistic('numerator') }} as numerator,
        {{ rounded_statistic('metric_value') }} as metric_value,
        {{ rounded_statistic('standard_deviation') }} as standard_deviation,
        difference,
        ci_low,
        ci_high,
        test_statistic,
        degrees_of_freedom,
        p_value,
        cast(n_of_all as integer) as n_of_all,
        cast(n_arms as integer) as n_arms,
        sample_ratio_p_value,
        sample_ratio_p_value < {{ imbalance_level() }} as is_unbalanced,
        minimum_detectable_effect,
        effect_unit,
        required_n,
        required_n_reason,
        verdict,
        decision,
        case
            when reason is not null then reason
            when n = 0 then 'no_accounts'
            when n_arms = 1 then 'no_other_arm'
            when is_control then 'control'
            when n_control = 0 then 'no_accounts'
            when p_value is null and metric_kind = 'mean' and (n < 2 or n_control < 2)
                then 'too_few_accounts'
            when p_value is null then 'no_variance'
            when verdict is null then 'power_unknown'
        end as reason
    from judged
)

select * from final
