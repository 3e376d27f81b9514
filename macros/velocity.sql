{#- Length of the mean month in days. -#}
{% macro days_per_month() -%} 30.4375 {%- endmacro %}

{#- The median has no portable aggregate: it is the mean of the middle one or two rows in order. -#}
{% macro is_middle_row(row_number, n_rows) -%}
    {{ row_number }} * 2 between {{ n_rows }} and {{ n_rows }} + 2
{%- endmacro %}
