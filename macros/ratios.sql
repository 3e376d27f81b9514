{#- numerator / denominator * 100, null where the denominator is 0 or unknown. -#}
{% macro percentage(numerator, denominator) -%}
    case
        when {{ denominator }} <> 0
            then 100 * cast({{ numerator }} as {{ type_double() }}) / {{ denominator }}
    end
{%- endmacro %}

{#- part / whole, 0-1, null where the whole is 0 or unknown. -#}
{% macro share_of(part, whole) -%}
    case
        when {{ whole }} <> 0
            then
                cast({{ part }} as {{ type_double() }})
                / cast({{ whole }} as {{ type_double() }})
    end
{%- endmacro %}

{#- The quantile of the standard normal distribution that bounds a 95 % interval. -#}
{% macro normal_quantile() -%} 1.96 {%- endmacro %}

{#- With fewer units on a side a comparison has no interval: a mean is not yet about normal. -#}
{% macro fewest_units_of_interval() -%} 30 {%- endmacro %}

{#- Why ABM and the others have no ratio, on the columns of rpt_abm_vs_non_abm. -#}
{% macro comparison_ratio_reason() -%}
    case
        when not is_measured then 'cost_has_no_size'
        when n_abm + n_abm_dropped = 0 then 'no_abm'
        when n_non_abm + n_non_abm_dropped = 0 then 'no_non_abm'
        when n_abm = 0 then 'no_common_stratum'
        when abm_value is null or non_abm_value is null then value_reason
        when non_abm_value <= 0 then 'zero_denominator'
    end
{%- endmacro %}

{#- Why a ratio of theirs has no interval. -#}
{% macro comparison_interval_reason() -%}
    case
        when not is_sampled then 'cost_is_no_sample'
        when least(n_abm, n_non_abm) < {{ fewest_units_of_interval() }}
            then 'below_{{ fewest_units_of_interval() }}'
        when abm_value = 0 then 'zero_abm_value'
        when abm_relative_variance + non_abm_relative_variance = 0 then 'no_variation'
    end
{%- endmacro %}

{#- Half the 95 % interval of the ratio of two independent values, by the delta method. The relative
    variance of a value is its variance / its square. -#}
{% macro ratio_margin(ratio, relative_variance, other_relative_variance) -%}
    {{ normal_quantile() }} * {{ ratio }}
    * sqrt({{ relative_variance }} + {{ other_relative_variance }})
{%- endmacro %}

{#- A benchmark's uplift of the metric that it stands beside. One about speed stands beside the time
    that is needed, which is multiplied by 1 / 1.24 where speed rises by 24 %. -#}
{% macro benchmark_uplift(benchmarks) -%}
    case
        when {{ benchmarks }}.unit = 'speed_uplift_ratio'
            then {{ double_as_decimal(
                '1 / (1 + cast(' ~ benchmarks ~ '.value_min as ' ~ type_double() ~ ')) - 1', 4
            ) }}
        else {{ benchmarks }}.value_min
    end
{%- endmacro %}

{#- Whole numbers: dividend = floored_quotient * divisor + floored_remainder, and the remainder is
    never negative. What divides evenly is divided as doubles, which are off by less than a half
    where the quotient has 15 digits (decision 156). -#}
{% macro floored_quotient(dividend, divisor) -%}
    cast(
        round(
            cast(
                {{ dividend }} - {{ floored_remainder(dividend, divisor) }} as {{ type_double() }}
            ) / {{ divisor }}
        ) as {{ dbt.type_bigint() }}
    )
{%- endmacro %}

{% macro floored_remainder(dividend, divisor) -%}
    mod(mod({{ dividend }}, {{ divisor }}) + {{ divisor }}, {{ divisor }})
{%- endmacro %}
