{#- The primary key is filled and occurs once; every value of a foreign key is a member of the
    dimension, whose key has the same name. One query, whatever is checked. -#}
{% test keys(model, primary, foreign={}) %}
{{ broken_keys(model, primary, 'primary key') }}
{% for column, dimension in foreign.items() %}
union all

select
    '{{ column }}' as broken_key,
    cast(facts.{{ column }} as {{ dbt.type_string() }}) as key_value
from {{ model }} as facts
left join {{ dimension }} as members on facts.{{ column }} = members.{{ column }}
where members.{{ column }} is null
{% endfor %}
{% endtest %}
