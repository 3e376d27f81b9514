{#-
    Raw columns that users add to a dimension or fact: var `passthrough_columns` names them per
    staging model, {stg_salesforce__accounts: [region_c]}. The models that can are those below
    `passthrough` in source_shapes(), one per shape and CRM; the raw table names its model in
    `config.meta.passthrough_model`. Values go through as they are.
-#}

{#- The columns that users add to a shape. -#}
{% macro passthrough_columns(shape) -%}
    {%- set staging_models = source_shapes()[shape].get('passthrough', {}) -%}
    {{ return(var('passthrough_columns').get(staging_models.get(var('crm')), [])) }}
{%- endmacro %}

{#- The same to end a select list with, each after a comma. -#}
{% macro with_passthrough(shape, relation=none) -%}
    {%- for name in passthrough_columns(shape) -%}
        , {{ relation ~ '.' if relation else '' }}{{ name }}
    {%- endfor -%}
{%- endmacro %}

{#- Nulls in their place. -#}
{% macro without_passthrough(shape) -%}
    {%- for name in passthrough_columns(shape) -%}
        , null as {{ name }}
    {%- endfor -%}
{%- endmacro %}

{#- A published contract lists every column, so it cannot hold where users add some. -#}
{% macro is_contract_enforced(shape) -%}
    {{ return(passthrough_columns(shape) | length == 0) }}
{%- endmacro %}

{#- The columns that users add to what the contract of a raw table lists anyway. -#}
{% macro raw_passthrough_columns(source_name, table_name) -%}
    {%- set table = raw_table(source_name, table_name) -%}
    {%- set added = [] -%}
    {%- for name in var('passthrough_columns').get(table.config.meta.get('passthrough_model'), [])
        if name not in table.columns -%}
        {%- do added.append(name) -%}
    {%- endfor -%}
    {{ return(added) }}
{%- endmacro %}
