{#-
    Raw columns that users add to a dimension or fact: var `passthrough_columns` names them per
    shape of the CRM, {stg_salesforce__accounts: [region_c]}. A raw table whose columns can be added
    names that model in `config.meta.passthrough_model`. Values go through as they are.
-#}

{#- The columns that users add to a shape. -#}
{% macro passthrough_columns(shape) -%}
    {%- set model = 'stg_' ~ var('crm') ~ '__' ~ shape -%}
    {%- set columns = var('passthrough_columns').get(model, []) -%}
    {%- for name in var('passthrough_columns') if execute and name not in passthrough_models() -%}
        {{ exceptions.raise_compiler_error(
            'Var passthrough_columns names ' ~ name ~ ', which cannot pass columns through: use '
            ~ 'some of ' ~ passthrough_models() | join(', ') ~ '.'
        ) }}
    {%- endfor -%}
    {%- for name in columns if name | lower in source_shapes()[shape].columns -%}
        {{ exceptions.raise_compiler_error(
            'Var passthrough_columns adds ' ~ name ~ ' to ' ~ model ~ ', which has such a column: '
            ~ 'remove it from the var, or give it another name in the extract.'
        ) }}
    {%- endfor -%}
    {{ return(columns) }}
{%- endmacro %}

{#- The models that can, by the raw tables. -#}
{% macro passthrough_models() -%}
    {{ return(
        graph.sources.values() | map(attribute='config.meta.passthrough_model', default='')
        | select | sort
    ) }}
{%- endmacro %}

{#- The same to end a select list with, each after a comma; in a staging model only where its source
    is the CRM. -#}
{% macro with_passthrough(shape, relation=none, source=none) -%}
    {%- for name in passthrough_columns(shape) if source in (none, var('crm')) -%}
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
