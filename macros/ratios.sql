{#- numerator / denominator * 100, null where the denominator is 0 or unknown. -#}
{% macro percentage(numerator, denominator) -%}
    case
        when {{ denominator }} <> 0
            then 100 * cast({{ numerator }} as {{ type_double() }}) / {{ denominator }}
    end
{%- endmacro %}
