{% macro bigquery__get_assert_columns_equivalent(sql) -%}
    {{ return(contract_in_engine_types(sql)) }}
{%- endmacro %}

{#- Both come before a seed's rows are loaded, of which the API takes types without parameters. -#}
{% macro bigquery__create_csv_table(model, agate_table) -%}
    {%- do bigquery_seed_types(model) -%}
{%- endmacro %}

{% macro bigquery__reset_csv_table(model, full_refresh, old_relation, agate_table) -%}
    {%- do bigquery_seed_types(model) -%}
    {%- do adapter.drop_relation(old_relation) -%}
{%- endmacro %}

{% macro bigquery_seed_types(model) -%}
    {%- set types = model['config'].get('column_types', {}) -%}
    {%- for column in types -%}
        {%- do types.update({column: engine_type(types[column]).split('(')[0]}) -%}
    {%- endfor -%}
{%- endmacro %}
