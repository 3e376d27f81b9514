{#- Length of the mean month in days. -#}
{% macro days_per_month() -%} 30.4375 {%- endmacro %}
