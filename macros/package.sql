{#-
    This project in another one that installs it as a package (docs/package.md). What these macros
    keep of nodes, refuse and count is of the nodes of this package. Macros that are called for a
    node of the other project too name the package: there a bare name is the other project's.
-#}

{#- Whether a node of the graph is of this package. -#}
{% macro is_of_warehouse(node) -%}
    {{ return(node.package_name == 'abm_warehouse') }}
{%- endmacro %}

{#- The nodes of this package, of some kinds. -#}
{% macro warehouse_nodes(kinds) -%}
    {{ return(
        graph.nodes.values() | selectattr('package_name', 'equalto', 'abm_warehouse')
        | selectattr('resource_type', 'in', kinds) | list
    ) }}
{%- endmacro %}

{#- Whether the node that is built is made only where it changed: one of the other project where
    its var abm_for_root_project says so. -#}
{% macro is_kept() -%}
    {{ return(
        abm_warehouse.is_of_warehouse(model) or var('abm_for_root_project', false)
    ) }}
{%- endmacro %}

{#- Whether what is built is kept account of. dbt takes a package's materializations for its own
    only where the other project's macros hand on to them, and a table that is made past the ledger
    would be taken for what it was before. -#}
{% macro keeps_nodes() -%}
    {%- if project_name == 'abm_warehouse' -%}{{ return(true) }}{%- endif -%}
    {%- for kind in ('table', 'view', 'seed', 'snapshot') -%}
        {%- set name = 'materialization_' ~ kind ~ '_duckdb' -%}
        {%- set own = context.get(project_name, {}).get(name) -%}
        {%- if not own or 'abm_warehouse.' ~ name not in own.macro.macro_sql -%}
            {{ return(false) }}
        {%- endif -%}
    {%- endfor -%}
    {{ return(true) }}
{%- endmacro %}
