{#- What is left of 1 from one date to a later one when it halves every so many days, a double. -#}
{% macro decay(from_date, to_date, half_life_days) -%}
    power(
        cast(2 as {{ type_double() }}),
        -cast({{ days_between(from_date, to_date) }} as {{ type_double() }}) / {{ half_life_days }}
    )
{%- endmacro %}
