{#- The distinct values of a group as one text, in binary order. -#}
{% macro ordered_list(expression, separator=', ') -%}
    {{ return(adapter.dispatch('ordered_list', 'abm_warehouse')(expression, separator)) }}
{%- endmacro %}

{% macro default__ordered_list(expression, separator) -%}
    string_agg(
        distinct {{ expression }}, '{{ separator }}' order by {{ binary_order(expression) }}
    )
{%- endmacro %}

{#- PostgreSQL sorts distinct values by the very expression that it joins. -#}
{% macro postgres__ordered_list(expression, separator) -%}
    {%- set joined = binary_order('cast(' ~ expression ~ ' as ' ~ dbt.type_string() ~ ')') -%}
    string_agg(distinct {{ joined }}, '{{ separator }}' order by {{ joined }})
{%- endmacro %}

{% macro snowflake__ordered_list(expression, separator) -%}
    listagg(distinct {{ expression }}, '{{ separator }}') within group (order by {{ expression }})
{%- endmacro %}
