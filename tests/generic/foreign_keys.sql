{#- Every value of each column is a member of the dimension, whose key has the same name. -#}
{% test foreign_keys(model, references) %}
{% for column, dimension in references.items() %}
select
    '{{ column }}' as column_name,
    cast(facts.{{ column }} as {{ dbt.type_string() }}) as orphan
from {{ model }} as facts
left join {{ dimension }} as members on facts.{{ column }} = members.{{ column }}
where members.{{ column }} is null
{% if not loop.last %}union all{% endif %}
{% endfor %}
{% endtest %}
