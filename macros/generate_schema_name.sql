{#- Schemas are named staging, intermediate, reference, marts and audit. A developer who builds on a
    shared warehouse sets another `schema` in the profile, which then comes first: anna_marts. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- set is_production = target.schema in ('main', 'public') -%}
    {%- if custom_schema_name is none -%}
        {{ target.schema }}
    {%- elif is_production -%}
        {{ custom_schema_name | trim }}
    {%- else -%}
        {{ target.schema }}_{{ custom_schema_name | trim }}
    {%- endif -%}
{%- endmacro %}
