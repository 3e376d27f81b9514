{#- Schemas of this project. Where another one installs it, all are named as that one names its own:
    by its macro generate_schema_name, or dbt's. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- if project_name == 'abm_warehouse' -%}
        {{ return(warehouse_schema_name(custom_schema_name)) }}
    {%- endif -%}
    {%- set own = context.get(project_name, {}).get('generate_schema_name') -%}
    {{ return((own or dbt.generate_schema_name)(custom_schema_name, node)) }}
{%- endmacro %}

{#- Schemas are named staging, intermediate, reference, marts and audit. A developer who builds on a
    shared warehouse sets another `schema` in the profile, which then comes first: anna_marts. -#}
{% macro warehouse_schema_name(custom_schema_name) -%}
    {%- set is_production = target.schema in ('main', 'public') -%}
    {%- if custom_schema_name is none -%}
        {{- return(target.schema) -}}
    {%- elif is_production -%}
        {{- return(custom_schema_name | trim) -}}
    {%- endif -%}
    {{- return(target.schema ~ '_' ~ custom_schema_name | trim) -}}
{%- endmacro %}

{#- Of what is no model of dbt: the ledger, and the functions that models call. -#}
{% macro schema_beside_models(custom_schema_name) -%}
    {%- set node = {
        'resource_type': 'model', 'package_name': 'abm_warehouse', 'name': custom_schema_name,
        'fqn': ['abm_warehouse', custom_schema_name], 'config': {},
    } -%}
    {{ return(abm_warehouse.generate_schema_name(custom_schema_name, node) | trim) }}
{%- endmacro %}
