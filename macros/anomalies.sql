{#- What stands in seed benchmarks for anomalies, in one row. -#}
{% macro anomaly_limits() -%}
    {%- set limits = {
        'maximum_robust_z': ('anomaly_robust_z_maximum', 'value_max', type_double()),
        'widest_factor': ('anomaly_widest_factor', 'value_max', type_double()),
        'least_share': ('anomaly_share_bounds', 'value_min', type_double()),
        'greatest_share': ('anomaly_share_bounds', 'value_max', type_double()),
        'least_months': ('anomaly_months', 'value_min', 'integer'),
        'most_months': ('anomaly_months', 'value_max', 'integer'),
    } -%}
    select
        {%- for name, (benchmark_id, column, type) in limits.items() %}
        cast(max(case when benchmark_id = '{{ benchmark_id }}' then {{ column }} end) as {{ type }})
            as {{ name }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ ref('benchmarks') }}
{%- endmacro %}

{#- Units of what cannot be below 0; what lies between 0 and a whole is a rate (is_rate). -#}
{% macro is_amount_or_count(unit) -%} {{ unit }} in ('currency', 'count', 'points') {%- endmacro %}

{#- The scale on which months of a KPI are compared, so that no bound leaves what the KPI can be:
    the logarithm of an amount or a count, with 1 added because it may be 0; the logit of a part of
    a whole, of none and of all that of the limits; else the value itself. -#}
{% macro scaled_value(value, unit, limits) -%}
    {%- set share = "case when " ~ unit ~ " = 'percent' then " ~ value ~ " / 100e0 else " ~ value
        ~ " end" -%}
    case
        when {{ is_amount_or_count(unit) }}
            then ln(1 + case when {{ value }} > 0 then {{ value }} else 0e0 end)
        when {{ is_rate(unit) }}
            then -ln(
                1e0 / case
                    when {{ share }} < {{ limits }}.least_share then {{ limits }}.least_share
                    when {{ share }} > {{ limits }}.greatest_share then {{ limits }}.greatest_share
                    else {{ share }}
                end - 1
            )
        else {{ value }}
    end
{%- endmacro %}

{#- The value whose scaled_value it is, to 6 places; an amount or count below 0 is 0. -#}
{% macro value_of_scaled(scaled, unit) -%}
    {%- set value -%}
        case
            when {{ is_amount_or_count(unit) }}
                then case when {{ scaled }} < 0 then 0e0 else exp({{ scaled }}) - 1 end
            when {{ is_rate(unit) }}
                then case when {{ unit }} = 'percent' then 100e0 else 1e0 end
                    / (1 + exp(-({{ scaled }})))
            else {{ scaled }}
        end
    {%- endset -%}
    cast({{ double_as_decimal(value, 6, 28) }} as {{ type_double() }})
{%- endmacro %}

{#- Months with the median of their deviations: as a distance from the median, and as the standard
    deviation that a normal distribution of that median has. -#}
{% macro scored_months(deviations, is_middle) -%}
    {%- set z = robust_z_factor() ~ ' * (scaled - median_scaled) / nullif(avg(deviation), 0)' -%}
    select
        kpi,
        month_on,
        unit,
        value,
        n_months,
        median_value,
        median_scaled,
        cast({{ double_as_decimal(z, 6, 28) }} as {{ type_double() }}) as robust_z,
        avg(deviation) / {{ robust_z_factor() }} as spread
    from {{ deviations }}
    where {{ is_middle }}
    group by kpi, month_on, unit, value, scaled, n_months, median_value, median_scaled
{%- endmacro %}

{#- Whether the bounds lie further from the median than the widest factor; what has no scale of its
    own has no factor either. -#}
{% macro is_too_wide(scored, limits) -%}
    {%- set unit = scored ~ '.unit' -%}
    ({{ is_amount_or_count(unit) }} or {{ is_rate(unit) }})
    and {{ double_as_decimal(limits ~ '.maximum_robust_z * ' ~ scored ~ '.spread', 6, 28) }}
    > {{ double_as_decimal('ln(' ~ limits ~ '.widest_factor)', 6, 28) }}
{%- endmacro %}
