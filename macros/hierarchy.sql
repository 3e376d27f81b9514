{#-
    The last ancestor of every node. Each step lets a node point where its parent points, so the
    distance covered doubles: six steps reach 64 levels without recursion, which not every engine
    has. A node that ends inside a cycle has no last ancestor and stays its own. Every node must
    occur once: a repeated one would be squared at each step.
-#}
{% macro hierarchy_roots(relation, id, parent) -%}
    {%- set steps = 6 -%}
    with step_0 as (
        select
            {{ id }} as node_id,
            coalesce({{ parent }}, {{ id }}) as root_id
        from {{ relation }}
    ),
    {% for step in range(1, steps + 1) %}
    step_{{ step }} as (
{{ adapter.dispatch('hierarchy_step', 'abm_warehouse')('step_' ~ (step - 1)) }}
    ),
    {% endfor %}
    roots as (
        select
            nodes.node_id as {{ id }},
            case
                when origins.root_id is null or origins.root_id = nodes.root_id then nodes.root_id
                else nodes.node_id
            end as root_id
        from step_{{ steps }} as nodes
        left join step_0 as origins on nodes.root_id = origins.node_id
    )

    select * from roots
{%- endmacro %}

{% macro default__hierarchy_step(step) -%}
        select
            nodes.node_id,
            coalesce(parents.root_id, nodes.root_id) as root_id
        from {{ step }} as nodes
        left join {{ step }} as parents on nodes.root_id = parents.node_id
{%- endmacro %}
