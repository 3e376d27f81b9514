with metrics as (
    select * from {{ ref('int_comparison_metrics_listed') }}
),

measured as (
    select * from {{ ref('int_comparison_groups') }}
),

benchmarks as (
    select * from {{ ref('benchmarks') }}
),

methods as (
    select 'raw' as method
    union all
    select 'matched' as method
),

joined as (
    select
        metrics.metric,
        methods.method,
        metrics.unit,
        metrics.is_higher_better,
        metrics.is_sampled,
        metrics.is_sampled or methods.method = 'raw' as is_measured,
        abm.value as abm_value,
        non_abm.value as non_abm_value,
        whole.value as all_value,
        abm.numerator as abm_numerator,
        abm.denominator as abm_denominator,
        non_abm.numerator as non_abm_numerator,
        non_abm.denominator as non_abm_denominator,
        coalesce(abm.n_units, 0) as n_abm,
        coalesce(non_abm.n_units, 0) as n_non_abm,
        coalesce(abm.n_units_dropped, 0) as n_abm_dropped,
        coalesce(non_abm.n_units_dropped, 0) as n_non_abm_dropped,
        coalesce(abm.n_strata_dropped, 0) as n_strata_dropped,
        abm.relative_variance as abm_relative_variance,
        non_abm.relative_variance as non_abm_relative_variance,
        benchmarks.value_min as benchmark_uplift_ratio
    from metrics
    cross join methods
    left join measured as abm
        on
            metrics.metric = abm.metric
            and methods.method = abm.method
            and abm.programme = 'abm'
    left join measured as non_abm
        on
            metrics.metric = non_abm.metric
            and methods.method = non_abm.method
            and non_abm.programme = 'non_abm'
    left join measured as whole
        on
            metrics.metric = whole.metric
            and methods.method = whole.method
            and whole.programme = 'all'
    left join benchmarks on 'abm_uplift_' || metrics.metric = benchmarks.benchmark_id
),

-- A reason of the first case leaves no ratio, one of the second no interval.
reasoned as (
    select
        *,
        case
            when not is_measured then 'cost_has_no_size'
            when n_abm + n_abm_dropped = 0 then 'no_abm'
            when n_non_abm + n_non_abm_dropped = 0 then 'no_non_abm'
            when n_abm = 0 then 'no_common_stratum'
            when abm_value is null or non_abm_value is null then 'ledger_incomplete'
            when non_abm_value <= 0 then 'zero_denominator'
        end as ratio_reason,
        case
            when not is_sampled then 'cost_is_no_sample'
            when
                n_abm < {{ fewest_units_of_interval() }}
                or n_non_abm < {{ fewest_units_of_interval() }}
                then 'below_{{ fewest_units_of_interval() }}'
            when abm_value = 0 then 'zero_abm_value'
            when abm_relative_variance + non_abm_relative_variance = 0 then 'no_variation'
        end as interval_reason
    from joined
),

compared as (
    select
        *,
        coalesce(ratio_reason, interval_reason) as reason,
        case when ratio_reason is null then abm_value / non_abm_value end as value_ratio
    from reasoned
),

bounded as (
    select
        *,
        case
            when reason is null
                then {{ ratio_margin(
                    'value_ratio', 'abm_relative_variance', 'non_abm_relative_variance'
                ) }}
        end as margin
    from compared
),

final as (
    select
        {{ as_of_date() }} as as_of_on,
        metric,
        method,
        unit,
        is_higher_better,
        abm_value,
        abm_numerator,
        abm_denominator,
        non_abm_value,
        non_abm_numerator,
        non_abm_denominator,
        all_value,
        cast(case when is_measured then n_abm end as integer) as n_abm,
        cast(case when is_measured then n_non_abm end as integer) as n_non_abm,
        value_ratio - 1 as uplift_ratio,
        value_ratio - 1 - margin as ci_low,
        value_ratio - 1 + margin as ci_high,
        reason,
        benchmark_uplift_ratio,
        cast(case when is_measured then n_strata_dropped end as integer) as n_strata_dropped,
        cast(case when is_measured then n_abm_dropped end as integer) as n_abm_dropped,
        cast(case when is_measured then n_non_abm_dropped end as integer) as n_non_abm_dropped
    from bounded
)

select * from final
