{#- Null instead of an error where a value cannot be read as the type. -#}
{% macro try_cast(expression, data_type) -%}
    {{ return(adapter.dispatch('try_cast', 'abm_warehouse')(expression, data_type)) }}
{%- endmacro %}

{% macro default__try_cast(expression, data_type) -%}
    try_cast({{ expression }} as {{ data_type }})
{%- endmacro %}

{% macro type_decimal(scale, precision=18) -%}
    decimal({{ precision }}, {{ scale }})
{%- endmacro %}

{% macro type_double() -%}
    {{ return(adapter.dispatch('type_double', 'abm_warehouse')()) }}
{%- endmacro %}

{% macro default__type_double() -%} double {%- endmacro %}

{% macro postgres__type_double() -%} double precision {%- endmacro %}

{#- Microseconds since 1970 as a UTC timestamp. -#}
{% macro timestamp_from_microseconds(expression) -%}
    {{ return(adapter.dispatch('timestamp_from_microseconds', 'abm_warehouse')(expression)) }}
{%- endmacro %}

{% macro default__timestamp_from_microseconds(expression) -%}
    make_timestamp({{ expression }})
{%- endmacro %}

{% macro date_of(timestamp_expression) -%}
    cast({{ timestamp_expression }} as date)
{%- endmacro %}

{#- Whole days added to a date, as a date. -#}
{% macro days_after(date_expression, days) -%}
    cast({{ dbt.dateadd('day', days, date_expression) }} as date)
{%- endmacro %}

{#- Noon of a date: when an interaction is known by its day only. -#}
{% macro noon_of(date_expression) -%}
    {{ dbt.dateadd('hour', 12, 'cast(' ~ date_expression ~ ' as ' ~ dbt.type_timestamp() ~ ')') }}
{%- endmacro %}

{#- One value of a GA4 parameter list, and one field of a record. -#}
{% macro parameter_value(list_column, key, value_field) -%}
    {{ return(adapter.dispatch('parameter_value', 'abm_warehouse')(
        list_column, key, value_field
    )) }}
{%- endmacro %}

{% macro default__parameter_value(list_column, key, value_field) -%}
    list_extract(
        list_filter({{ list_column }}, lambda parameter: parameter.key = '{{ key }}'), 1
    ).value.{{ value_field }}
{%- endmacro %}

{% macro record_field(column, field) -%}
    {{ return(adapter.dispatch('record_field', 'abm_warehouse')(column, field)) }}
{%- endmacro %}

{% macro default__record_field(column, field) -%}
    {{ column }}.{{ field }}
{%- endmacro %}

{#- Order of text that no locale changes. -#}
{% macro binary_order(expression) -%}
    {{ return(adapter.dispatch('binary_order', 'abm_warehouse')(expression)) }}
{%- endmacro %}

{% macro default__binary_order(expression) -%} {{ expression }} {%- endmacro %}

{% macro postgres__binary_order(expression) -%} {{ expression }} collate "C" {%- endmacro %}

{#- Whole days from one date to another; negative where the second is earlier. -#}
{% macro days_between(from_date, to_date) -%}
    {{ dbt.datediff(from_date, to_date, 'day') }}
{%- endmacro %}
