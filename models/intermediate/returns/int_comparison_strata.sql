{%- set cell = 'metric, method, sector, account_size_tier, programme' %}
{%- set side = 'metric, method, programme' %}
{%- set share = 'cast(weight as ' ~ type_double() ~ ') / n_units * ' %}

with members as (
    select * from {{ ref('int_comparison_members') }}
),

-- Summed products are decimals: sums of doubles would differ in their last bits from run to run.
valued as (
    select
        *,
        cast(sum({{ double_as_decimal(share ~ 'mean_numerator', 12, 38) }}) over (
            partition by {{ side }}
        ) as {{ type_double() }})
        / nullif(
            cast(sum({{ double_as_decimal(share ~ 'mean_denominator', 12, 38) }}) over (
                partition by {{ side }}
            ) as {{ type_double() }}), 0
        ) as value_of_all
    from members
),

-- How far a unit is from the means of its stratum, measured by the value of all strata; relative to
-- the metric's value over all units, so that the squares fit a decimal.
deviated as (
    select
        *,
        (
            numerator - mean_numerator - value_of_all * (denominator - mean_denominator)
        ) / nullif(metric_value, 0) as deviation
    from valued
),

summed as (
    select
        {{ cell }},
        weight,
        metric_value,
        value_of_all,
        mean_denominator,
        n_units,
        sum(numerator) as numerator,
        sum(denominator) as denominator,
        sum({{ double_as_decimal('power(deviation, 2)', 12, 38) }}) as squared_deviations
    from deviated
    group by {{ cell }}, weight, metric_value, value_of_all, mean_denominator, n_units
),

-- One unit does not vary: it borrows the variance inside the strata of its metric and side.
varied as (
    select
        *,
        case
            when n_units > 1 then cast(squared_deviations as {{ type_double() }}) / (n_units - 1)
            else
                cast(sum(squared_deviations) over (partition by {{ side }}) as {{ type_double() }})
                / nullif(sum(n_units - 1) over (partition by {{ side }}), 0)
        end as unit_variance
    from summed
),

final as (
    select
        {{ cell }},
        weight,
        n_units,
        numerator,
        denominator,
        metric_value,
        cast(numerator as {{ type_double() }}) / cast(denominator as {{ type_double() }}) as value,
        value_of_all,
        mean_denominator,
        unit_variance / n_units as mean_variance
    from varied
)

select * from final
