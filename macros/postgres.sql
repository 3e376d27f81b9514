{% macro postgres_type(data_type) -%}
    {%- if data_type.startswith('struct') -%} {{ return('jsonb') }}
    {%- elif data_type == 'double' -%} {{ return('double precision') }}
    {%- else -%} {{ return(data_type) }}
    {%- endif -%}
{%- endmacro %}

{% macro postgres__get_assert_columns_equivalent(sql) -%}
    {{ return(contract_in_engine_types(sql)) }}
{%- endmacro %}

{% macro postgres__create_csv_table(model, agate_table) -%}
    {%- set types = model['config'].get('column_types', {}) -%}
    {%- for column in types -%}
        {%- do types.update({column: postgres_type(types[column])}) -%}
    {%- endfor -%}
    {{ return(default__create_csv_table(model, agate_table)) }}
{%- endmacro %}

{#- A hook before the model that finds the account of every interaction: PostgreSQL expects one row
    of int_interactions, because it cannot estimate how many rules match, and would read each
    joined table again for every row (154 s of the sample, statistics or not). -#}
{% macro without_nested_loops() -%}
    {{ return(adapter.dispatch('without_nested_loops', 'abm_warehouse')()) }}
{%- endmacro %}

{% macro default__without_nested_loops() -%}{%- endmacro %}

{% macro postgres__without_nested_loops() -%} set local enable_nestloop = off {%- endmacro %}
