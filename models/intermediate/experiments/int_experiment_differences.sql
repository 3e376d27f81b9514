-- Each arm against the control: two proportions by a z test, pooled for the test and not for the
-- interval, as the test assumes that they are equal and the interval does not; two means by Welch's
-- t test, which does not assume equal variances.
with arms as (
    select * from {{ ref('int_experiment_arms') }}
),

experiments as (
    select * from {{ ref('int_experiments') }}
),

summaries as (
    select * from {{ ref('int_experiment_arm_metrics') }}
),

paired as (
    select
        summaries.experiment_id,
        summaries.arm,
        experiments.metric_kind,
        cast(summaries.n as {{ type_double() }}) as n,
        cast(controls.n as {{ type_double() }}) as n_control,
        summaries.metric_value,
        controls.metric_value as control_value,
        summaries.metric_value - controls.metric_value as difference,
        (summaries.numerator + controls.numerator) / (summaries.n + controls.n) as pooled_value,
        summaries.variance / summaries.n as squared_error,
        controls.variance / controls.n as squared_error_control
    from summaries
    inner join experiments on summaries.experiment_id = experiments.experiment_id
    inner join arms
        on
            summaries.experiment_id = arms.experiment_id
            and summaries.arm = arms.arm
            and not arms.is_control
    inner join arms as control_arms
        on summaries.experiment_id = control_arms.experiment_id and control_arms.is_control
    inner join summaries as controls
        on
            control_arms.experiment_id = controls.experiment_id
            and control_arms.arm = controls.arm
),

errors as (
    select
        experiment_id,
        arm,
        metric_kind,
        n,
        n_control,
        difference,
        squared_error,
        squared_error_control,
        case
            when metric_kind = 'mean' then sqrt(squared_error + squared_error_control)
            else
                sqrt(
                    metric_value * (1 - metric_value) / n
                    + control_value * (1 - control_value) / n_control
                )
        end as standard_error,
        case
            when metric_kind = 'mean' then sqrt(squared_error + squared_error_control)
            else sqrt(pooled_value * (1 - pooled_value) * (1 / n + 1 / n_control))
        end as standard_error_of_test
    from paired
),

-- The degrees of freedom are those of Welch and Satterthwaite.
final as (
    select
        experiment_id,
        arm,
        metric_kind,
        difference,
        standard_error,
        difference / nullif(standard_error_of_test, 0) as test_statistic,
        case
            when metric_kind = 'mean' and standard_error_of_test > 0
                then
                    power(squared_error + squared_error_control, 2)
                    / (
                        power(squared_error, 2) / (n - 1)
                        + power(squared_error_control, 2) / (n_control - 1)
                    )
        end as degrees_of_freedom
    from errors
)

select * from final
