with metrics as (
    select
        metrics.*,
        coalesce(minimums.n, 0) as minimum_units
    from {{ ref('comparison_metrics') }} as metrics
    left join {{ ref('minimum_observations') }} as minimums
        on metrics.observations = minimums.metric
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
        metrics.minimum_units,
        metrics.is_sampled or methods.method = 'raw' as is_measured,
        whole.value as all_value,
        {%- for side in ('abm', 'non_abm') %}
        {{ side }}.value as {{ side }}_value,
        {{ side }}.numerator as {{ side }}_numerator,
        {{ side }}.denominator as {{ side }}_denominator,
        {{ side }}.relative_variance as {{ side }}_relative_variance,
        coalesce({{ side }}.n_units, 0) as n_{{ side }},
        coalesce({{ side }}.n_units_dropped, 0) as n_{{ side }}_dropped,
        {%- endfor %}
        coalesce(abm.n_strata_dropped, 0) as n_strata_dropped,
        coalesce(abm.value_reason, non_abm.value_reason) as value_reason,
        {{ benchmark_uplift('benchmarks') }} as benchmark_uplift_ratio
    from metrics
    cross join methods
    {%- for side, programme in {'abm': 'abm', 'non_abm': 'non_abm', 'whole': 'all'}.items() %}
    left join measured as {{ side }}
        on
            metrics.metric = {{ side }}.metric
            and methods.method = {{ side }}.method
            and {{ side }}.programme = '{{ programme }}'
    {%- endfor %}
    left join benchmarks on 'abm_uplift_' || metrics.metric = benchmarks.benchmark_id
),

-- A reason of the first case leaves no ratio, one of the second no interval.
reasoned as (
    select
        *,
        {{ comparison_ratio_reason() }} as ratio_reason,
        {{ comparison_interval_reason() }} as interval_reason
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
        {%- for side in ('abm', 'non_abm') %}
        {{ side }}_value,
        {{ side }}_numerator,
        {{ side }}_denominator,
        {%- endfor %}
        all_value,
        {%- for count in (
            'n_abm', 'n_non_abm', 'n_strata_dropped', 'n_abm_dropped', 'n_non_abm_dropped'
        ) %}
        cast(case when is_measured then {{ count }} end as integer) as {{ count }},
        {%- endfor %}
        least(n_abm, n_non_abm) >= minimum_units as is_reliable,
        abm_value - non_abm_value as difference,
        value_ratio - 1 as uplift_ratio,
        value_ratio - 1 - margin as ci_low,
        value_ratio - 1 + margin as ci_high,
        reason,
        benchmark_uplift_ratio
    from bounded
)

select * from final
