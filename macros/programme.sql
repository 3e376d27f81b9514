{#- A tier as reports show it: unknown where it is none of the three, null where none is named. -#}
{% macro reported_abm_tier(abm_tier) -%}
    case
        when {{ abm_tier }} in ('one_to_one', 'one_to_few', 'one_to_many') then {{ abm_tier }}
        when {{ abm_tier }} is not null then 'unknown'
    end
{%- endmacro %}
