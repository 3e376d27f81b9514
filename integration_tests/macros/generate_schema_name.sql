{#- The warehouse's schemas are named as `abm publish` looks for them, this project's as dbt does. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- if node.package_name == 'abm_warehouse' or custom_schema_name in ('reference', 'staging') -%}
        {{ abm_warehouse.warehouse_schema_name(custom_schema_name) }}
    {%- else -%}
        {{ default__generate_schema_name(custom_schema_name, node) }}
    {%- endif -%}
{%- endmacro %}
