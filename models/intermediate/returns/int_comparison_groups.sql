with strata as (
    select * from {{ ref('int_comparison_strata') }}
),

costs as (
    select * from {{ ref('int_acquisition_costs_by_day') }}
    where sector = 'all' and as_of_on = {{ as_of_date() }}
),

lifetime_values as (
    select * from {{ ref('int_lifetime_values_by_day') }}
    where sector = 'all' and as_of_on = {{ as_of_date() }}
),

-- Summed products are decimals: sums of doubles would differ in their last bits from run to run.
summed as (
    select
        metric,
        method,
        programme,
        sum(case when weight > 0 then n_units else 0 end) as n_units,
        sum(case when weight = 0 then n_units else 0 end) as n_units_dropped,
        sum(case when weight = 0 then 1 else 0 end) as n_strata_dropped,
        sum(case when weight > 0 then numerator end) as numerator,
        sum(case when weight > 0 then denominator end) as denominator,
        max(metric_value) as metric_value,
        case when method = 'raw' then max(value) else max(value_of_all) end as value,
        cast(sum({{ double_as_decimal('power(weight, 2) * mean_variance', 12, 38) }})
            as {{ type_double() }})
        / nullif(power(cast(sum({{ double_as_decimal('weight * mean_denominator', 12, 38) }})
            as {{ type_double() }}), 2), 0) as relative_variance
    from strata
    group by metric, method, programme
),

by_programme as (
    select
        programme,
        new_customers,
        investment,
        case
            when not is_ledger_complete then 'ledger_incomplete'
            when n_costs_without_rate > 0 then 'cost_without_rate'
        end as value_reason
    from costs

    union all

    select
        'all' as programme,
        sum(new_customers) as new_customers,
        case when count(*) = count(investment) then sum(investment) end as investment,
        cast(null as {{ dbt.type_string() }}) as value_reason
    from costs
),

final as (
    select
        metric,
        method,
        programme,
        cast(n_units as {{ dbt.type_bigint() }}) as n_units,
        cast(n_units_dropped as {{ dbt.type_bigint() }}) as n_units_dropped,
        cast(n_strata_dropped as {{ dbt.type_bigint() }}) as n_strata_dropped,
        cast(numerator as {{ type_decimal(6, 28) }}) as numerator,
        cast(denominator as {{ dbt.type_bigint() }}) as denominator,
        value,
        relative_variance * power(metric_value / nullif(value, 0), 2) as relative_variance,
        cast(null as {{ dbt.type_string() }}) as value_reason
    from summed

    union all

    select
        'cac' as metric,
        'raw' as method,
        programme,
        cast(new_customers as {{ dbt.type_bigint() }}) as n_units,
        cast(0 as {{ dbt.type_bigint() }}) as n_units_dropped,
        cast(0 as {{ dbt.type_bigint() }}) as n_strata_dropped,
        cast(investment as {{ type_decimal(6, 28) }}) as numerator,
        cast(new_customers as {{ dbt.type_bigint() }}) as denominator,
        cast(investment as {{ type_double() }}) / nullif(new_customers, 0) as value,
        cast(null as {{ type_double() }}) as relative_variance,
        value_reason
    from by_programme

    union all

    select
        'clv_net' as metric,
        'raw' as method,
        programme,
        cast(n_observations as {{ dbt.type_bigint() }}) as n_units,
        cast(0 as {{ dbt.type_bigint() }}) as n_units_dropped,
        cast(0 as {{ dbt.type_bigint() }}) as n_strata_dropped,
        cast(null as {{ type_decimal(6, 28) }}) as numerator,
        cast(null as {{ dbt.type_bigint() }}) as denominator,
        clv_net as value,
        cast(null as {{ type_double() }}) as relative_variance,
        case when clv_net is null then reason end as value_reason
    from lifetime_values
)

select * from final
