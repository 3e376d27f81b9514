{%- set stratum = 'metric, method, sector, account_size_tier' %}

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

counted as (
    select
        *,
        count(*) over (partition by {{ stratum }}, programme) as n_units,
        {%- for side in ('abm', 'non_abm') %}
        sum(case when programme = '{{ side }}' then 1 else 0 end) over (
            partition by {{ stratum }}
        ) as n_{{ side }},
        {%- endfor %}
        {%- for part in ('numerator', 'denominator') %}
        cast(sum({{ part }}) over (partition by {{ stratum }}, programme) as {{ type_double() }})
        / count(*) over (partition by {{ stratum }}, programme) as mean_{{ part }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from grouped
),

-- The one stratum of raw is kept, whatever it lacks.
final as (
    select
        {{ stratum }},
        programme,
        numerator,
        denominator,
        metric_value,
        n_units,
        mean_numerator,
        mean_denominator,
        case
            when method = 'raw' then n_units
            when n_non_abm > 0 then n_abm
            else 0
        end as weight
    from counted
)

select * from final
