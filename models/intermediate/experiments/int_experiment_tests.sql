with tests as (
    select * from {{ ref('int_experiment_differences') }}
),

student_t_values as (
    {{ student_t_tests(
        'tests', ['experiment_id', 'arm'], 'test_statistic', 'degrees_of_freedom'
    ) }}
),

valued as (
    select
        tests.experiment_id,
        tests.arm,
        tests.difference,
        tests.standard_error,
        tests.test_statistic,
        tests.degrees_of_freedom,
        case
            when tests.metric_kind = 'mean' then student_t_values.p_value
            else {{ rounded_statistic(normal_p_value('tests.test_statistic')) }}
        end as p_value,
        case
            when tests.metric_kind = 'mean' then student_t_values.quantile_975
            when tests.test_statistic is not null then {{ normal_quantile_975() }}
        end as quantile_975
    from tests
    left join student_t_values
        on
            tests.experiment_id = student_t_values.experiment_id
            and tests.arm = student_t_values.arm
),

final as (
    select
        experiment_id,
        arm,
        {{ rounded_statistic('difference') }} as difference,
        {{ rounded_statistic('difference - quantile_975 * standard_error') }} as ci_low,
        {{ rounded_statistic('difference + quantile_975 * standard_error') }} as ci_high,
        {{ rounded_statistic('test_statistic') }} as test_statistic,
        {{ rounded_statistic('degrees_of_freedom') }} as degrees_of_freedom,
        p_value
    from valued
)

select * from final
