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
