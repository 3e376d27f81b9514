{#- How the numbers of a mart add up: meta `additive` names its columns that do, over rows that
    share what meta `additive_within` names; all others are never summed. It follows a column's
    description wherever that is shown: here in comments; abm/dictionary.py has both languages. -#}
{% macro note_on_sums(column) -%}
    {%- set meta = model.config.meta -%}
    {%- if model.fqn[:2] != ['abm_warehouse', 'marts'] or not column.data_type.startswith(
        ('integer', 'bigint', 'double', 'decimal')
    ) -%}
        {{- return('') -}}
    {%- endif -%}
    {%- set has_total = 'is_total' in model.columns -%}
    {%- if column.name not in meta.get('additive', []) -%}
        {{- return(' Never sum' ~ (': is_total rows hold the total' if has_total else '') ~ '.') -}}
    {%- endif -%}
    {%- set within = meta.get('additive_within', []) -%}
    {%- if within or has_total -%}
        {{- return(
            ' Sum' ~ (' within one ' ~ within | join(' and ') if within else '')
            ~ (' without the is_total rows' if has_total else '') ~ '.'
        ) -}}
    {%- endif -%}
    {{- return('') -}}
{%- endmacro %}

{% macro postgres__alter_column_comment(relation, column_dict) -%}
    {%- set noted = {} -%}
    {%- for name, column in column_dict.items() -%}
        {%- do noted.update({name: dict(column, description=described(column))}) -%}
    {%- endfor -%}
    {{ return(dbt.postgres__alter_column_comment(relation, noted)) }}
{%- endmacro %}

{% macro described(column) -%}
    {{ return(column.description | trim ~ abm_warehouse.note_on_sums(column)) }}
{%- endmacro %}
