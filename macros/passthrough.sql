{#-
    Raw columns that users add to a dimension or fact: var `passthrough_columns` names them per
    shape of the CRM, {stg_salesforce__accounts: [region_c]}. A raw table whose columns can be added
    names that model in `config.meta.passthrough_model`. Values go through as they are. So do names,
    which may be reserved words or hold capitals and spaces: every list here holds them quoted.
-#}

{#- A name that users chose, as an identifier. -#}
{% macro quoted_name(name) -%}
    {{ return(adapter.dispatch('quoted_name', 'abm_warehouse')(name)) }}
{%- endmacro %}

{% macro default__quoted_name(name) -%}
    {{ return(adapter.quote(name | replace('"', '""'))) }}
{%- endmacro %}

{#- What needs no quotes is written in capitals there. -#}
{% macro snowflake__quoted_name(name) -%}
    {%- set is_plain = modules.re.fullmatch('[A-Za-z_][A-Za-z0-9_]*', name) -%}
    {{ return(default__quoted_name(name | upper if is_plain else name)) }}
{%- endmacro %}

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
    {%- set own = source_shapes()[shape].columns -%}
    {%- set spelled = {} -%}
    {%- if execute and columns -%}
        {%- set dimension = passed_to()[shape] -%}
        {%- set own = own + (graph.nodes.values() | selectattr('name', 'equalto', dimension)
            | map(attribute='columns') | first).keys() | list -%}
        {%- for table in graph.sources.values()
            if table.config.meta.get('passthrough_model') == model -%}
            {%- for name in table.columns -%} {%- do spelled.update({name | lower: name}) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
    {%- for name in columns if name | lower in own -%}
        {{ exceptions.raise_compiler_error(
            'Var passthrough_columns adds ' ~ name ~ ' to ' ~ model ~ ', which has such a column: '
            ~ 'remove it from the var, or give it another name in the extract.'
        ) }}
    {%- endfor -%}
    {%- set quoted = [] -%}
    {%- for name in columns -%}
        {%- do quoted.append(quoted_name(spelled.get(name | lower, name))) -%}
    {%- endfor -%}
    {{ return(quoted) }}
{%- endmacro %}

{#- The dimension or fact that each shape's columns are carried on to. -#}
{% macro passed_to() -%}
    {{ return({
        'accounts': 'dim_accounts', 'users': 'dim_account_executives',
        'opportunities': 'fct_opportunities',
    }) }}
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
    {%- set own = table.columns.keys() | map('lower') | list -%}
    {%- for name in var('passthrough_columns').get(table.config.meta.get('passthrough_model'), [])
        if name | lower not in own -%}
        {%- do added.append(quoted_name(name)) -%}
    {%- endfor -%}
    {{ return(added) }}
{%- endmacro %}
