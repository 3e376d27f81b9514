{#- Whether there are as many cases as the seed minimum_observations asks for before a ratio is
    judged. A metric without a row is judged from the first case on. -#}
{% macro has_enough(metric, n) -%}
    coalesce({{ n }}, 0) >= (
        select coalesce(max(minimums.n), 0)
        from {{ ref('minimum_observations') }} as minimums
        where minimums.metric = '{{ metric }}'
    )
{%- endmacro %}

{#- How a value lies to a range, of which either end may be missing. What rests on too few cases is
    not judged. -#}
{% macro range_status(value, least, most, is_reliable) -%}
    case
        when {{ value }} is null then 'no_data'
        when coalesce({{ least }}, {{ most }}) is null then null
        when not {{ is_reliable }} then 'too_few'
        when {{ value }} < {{ least }} then 'below'
        when {{ value }} > {{ most }} and {{ least }} is null then 'above'
        when {{ value }} > {{ most }} then 'above_range'
        else 'on_target'
    end
{%- endmacro %}
