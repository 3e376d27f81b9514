-- Sums of squares are exact in decimals, and counted from the least value of the experiment, lest
-- the variance of large values be lost in the difference of two larger ones. 19 digits, because
-- DuckDB keeps a product of decimals of 18 in 18.
{{ config(materialized='table') }}

with followed as (
    select * from {{ ref('int_experiment_accounts') }}
),

experiments as (
    select * from {{ ref('int_experiments') }}
),

measured as (
    select
        followed.experiment_id,
        followed.arm,
        experiments.metric_kind,
        case experiments.measure
            {% for measure in experiment_measures() -%}
            when '{{ measure }}' then followed.{{ measure }}
            {% endfor -%}
        end as amount
    from followed
    inner join experiments on followed.experiment_id = experiments.experiment_id
),

valued as (
    select
        experiment_id,
        arm,
        cast(
            case
                when metric_kind = 'mean' then amount
                when amount > 0 then 1
                else 0
            end as {{ type_decimal(6) }}
        ) as metric_value
    from measured
),

compared as (
    select
        *,
        min(metric_value) over (partition by experiment_id) as least_value
    from valued
),

deviated as (
    select
        experiment_id,
        arm,
        metric_value,
        cast(metric_value - least_value as {{ type_decimal(6, 19) }}) as deviation
    from compared
),

summed as (
    select
        experiment_id,
        arm,
        count(*) as n,
        sum(metric_value) as numerator,
        min(metric_value) as lowest_value,
        max(metric_value) as highest_value,
        cast(sum(deviation) as {{ type_double() }}) as sum_of_deviations,
        cast(sum(deviation * deviation) as {{ type_double() }}) as sum_of_squares
    from deviated
    group by experiment_id, arm
),

final as (
    select
        experiment_id,
        arm,
        n,
        cast(numerator as {{ type_double() }}) as numerator,
        cast(numerator as {{ type_double() }}) / n as metric_value,
        case
            when n < 2 then null
            when lowest_value = highest_value then 0
            else
                (sum_of_squares - sum_of_deviations * sum_of_deviations / n)
                / cast(n - 1 as {{ type_double() }})
        end as variance
    from summed
)

select * from final
