{%- set cell = 'metric, method, sector, account_size_tier, programme' %}

with units as (
    select
        *,
        cast(sum(numerator) over (partition by metric) as {{ type_double() }})
        / cast(sum(denominator) over (partition by metric) as {{ type_double() }}) as metric_value
    from {{ ref('int_comparison_units') }}
),

-- Raw is the comparison inside one stratum that holds every unit.
stratified as (
    select
        metric,
        'raw' as method,
        'all' as sector,
        'all' as account_size_tier,
        is_abm,
        numerator,
        denominator,
        metric_value
    from units

    union all

    select
        metric,
        'matched' as method,
        sector,
        account_size_tier,
        is_abm,
        numerator,
        denominator,
        metric_value
    from units
    where sector is not null
),

grouped as (
    select
        *,
        case when is_abm then 'abm' else 'non_abm' end as programme
    from stratified

    union all

    select
        *,
        'all' as programme
    from stratified
),

valued as (
    select
        *,
        cast(sum(numerator) over (partition by {{ cell }}) as {{ type_double() }})
        / cast(sum(denominator) over (partition by {{ cell }}) as {{ type_double() }}) as value
    from grouped
),

-- Residuals are relative to the metric's value over all units, so that their squares fit a decimal:
-- sums of doubles would differ in their last bits from run to run.
summed as (
    select
        {{ cell }},
        count(*) as n_units,
        sum(numerator) as numerator,
        sum(denominator) as denominator,
        max(metric_value) as metric_value,
        max(value) as value,
        sum({{ double_as_decimal(
            'power((numerator - value * denominator) / nullif(metric_value, 0), 2)', 12, 38
        ) }}) as squared_residuals
    from valued
    group by {{ cell }}
),

-- One unit does not vary: it borrows the variance inside the strata of its metric and side.
varied as (
    select
        *,
        case
            when n_units > 1 then cast(squared_residuals as {{ type_double() }}) / (n_units - 1)
            else
                cast(
                    sum(squared_residuals) over (partition by metric, method, programme)
                    as {{ type_double() }}
                ) / nullif(sum(n_units - 1) over (partition by metric, method, programme), 0)
        end as residual_variance
    from summed
),

final as (
    select
        {{ cell }},
        n_units,
        numerator,
        denominator,
        metric_value,
        value,
        residual_variance * n_units / power(cast(denominator as {{ type_double() }}), 2)
            as relative_variance
    from varied
)

select * from final
