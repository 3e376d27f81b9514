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
    (string_agg(distinct {{ joined }}, '{{ separator }}' order by {{ joined }})) collate "default"
{%- endmacro %}

{% macro snowflake__ordered_list(expression, separator) -%}
    listagg(distinct {{ expression }}, '{{ separator }}') within group (order by {{ expression }})
{%- endmacro %}

{#- One row per part of a text that joins several by a separator: the columns given and the part, as
    `list_part`. -#}
{% macro split_rows(relation, columns, list_column, separator=';') -%}
    {{ return(adapter.dispatch('split_rows', 'abm_warehouse')(
        relation, columns, list_column, separator
    )) }}
{%- endmacro %}

{% macro default__split_rows(relation, columns, list_column, separator) -%}
    select
        {{ columns | join(', ') }},
        unnest(string_split({{ list_column }}, '{{ separator }}')) as list_part
    from {{ relation }}
{%- endmacro %}

{% macro postgres__split_rows(relation, columns, list_column, separator) -%}
    select
        {{ columns | join(', ') }},
        unnest(string_to_array({{ list_column }}, '{{ separator }}')) as list_part
    from {{ relation }}
{%- endmacro %}

{% macro snowflake__split_rows(relation, columns, list_column, separator) -%}
    select
        {{ columns | join(', ') }},
        cast(parts.value as {{ dbt.type_string() }}) as list_part
    from {{ relation }},
    lateral split_to_table({{ list_column }}, '{{ separator }}') as parts
{%- endmacro %}

{% macro bigquery__split_rows(relation, columns, list_column, separator) -%}
    select
        {{ columns | join(', ') }},
        list_part
    from {{ relation }}
    cross join unnest(split({{ list_column }}, '{{ separator }}')) as list_part
{%- endmacro %}
