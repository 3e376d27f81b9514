with scorecard as (
    select * from {{ ref('rpt_kpi_scorecard') }}
    where is_complete_month and value is not null
),

limits as (
    select
        cast(max(case when benchmark_id = 'anomaly_robust_z_maximum' then value_max end)
            as {{ type_double() }}) as maximum_robust_z,
        max(case when benchmark_id = 'anomaly_months' then value_min end) as least_months,
        cast(max(case when benchmark_id = 'anomaly_months' then value_max end) as integer)
            as most_months
    from {{ ref('benchmarks') }}
),

-- Rounded, so that what has not changed does not differ in its last bits.
known as (
    select
        kpi,
        month_on,
        cast({{ double_as_decimal('value', 6, 28) }} as {{ type_double() }}) as value
    from scorecard
),

-- Each month beside every month that it is compared with.
paired as (
    select
        known.kpi,
        known.month_on,
        known.value,
        earlier.month_on as earlier_month_on,
        earlier.value as earlier_value,
        count(*) over (partition by known.kpi, known.month_on) as n_months,
        row_number() over (
            partition by known.kpi, known.month_on order by earlier.value, earlier.month_on
        ) as value_rank
    from known
    cross join limits
    inner join known as earlier
        on
            known.kpi = earlier.kpi
            and known.month_on > earlier.month_on
            and {{ dbt.datediff('earlier.month_on', 'known.month_on', 'month') }}
            <= limits.most_months
),

medians as (
    select
        kpi,
        month_on,
        avg(earlier_value) as median_value
    from paired
    where {{ is_middle_row('value_rank', 'n_months') }}
    group by kpi, month_on
),

deviations as (
    select
        paired.kpi,
        paired.month_on,
        paired.value,
        paired.n_months,
        medians.median_value,
        abs(paired.earlier_value - medians.median_value) as deviation,
        row_number() over (
            partition by paired.kpi, paired.month_on
            order by
                abs(paired.earlier_value - medians.median_value), paired.earlier_month_on
        ) as deviation_rank
    from paired
    inner join medians
        on paired.kpi = medians.kpi and paired.month_on = medians.month_on
),

measured as (
    select
        kpi,
        month_on,
        value,
        n_months,
        median_value,
        avg(deviation) as median_deviation
    from deviations
    where {{ is_middle_row('deviation_rank', 'n_months') }}
    group by kpi, month_on, value, n_months, median_value
),

scored as (
    select
        *,
        cast({{ double_as_decimal(
            robust_z_factor() ~ ' * (value - median_value) / nullif(median_deviation, 0)', 6, 28
        ) }} as {{ type_double() }}) as robust_z,
        median_deviation / {{ robust_z_factor() }} as spread
    from measured
),

final as (
    select
        scored.kpi,
        scored.month_on,
        scored.value,
        scored.median_value,
        scored.median_value - limits.maximum_robust_z * scored.spread as expected_low,
        scored.median_value + limits.maximum_robust_z * scored.spread as expected_high,
        scored.robust_z,
        case when scored.robust_z is null then 'no_deviation' end as reason,
        coalesce(
            abs(scored.robust_z) > limits.maximum_robust_z, scored.value <> scored.median_value
        ) as is_anomaly,
        cast(scored.n_months as integer) as n_months
    from scored
    cross join limits
    where scored.n_months >= limits.least_months
)

select * from final
