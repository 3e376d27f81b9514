{#-
    Rows valid from a day to a day (exclusive, null = open) that may overlap, turned into stretches
    that do not: on every day the row with the latest start counts, then the greatest value; `texts`
    are those of the values that are texts.
    Returns `key`, the value columns, valid_from_on, valid_to_on.
-#}
{% macro validity_stretches(relation, key, values, from_column, to_column, texts=[]) -%}
    with boundaries as (
        select
            {{ key }},
            {{ from_column }} as valid_from_on
        from {{ relation }}

        union distinct

        select
            {{ key }},
            {{ to_column }} as valid_from_on
        from {{ relation }}
        where {{ to_column }} is not null
    ),

    ranked as (
        select
            boundaries.{{ key }},
            boundaries.valid_from_on,
            {% for value in values -%}
                versions.{{ value }},
            {% endfor -%}
            row_number() over (
                partition by boundaries.{{ key }}, boundaries.valid_from_on
                order by
                    versions.{{ from_column }} desc
                    {%- for value in values -%}
                    {%- set stated = 'versions.' ~ value %},
                    {{ binary_order(stated) if value in texts else stated }} desc nulls last
                    {%- endfor %}
            ) as version_rank
        from boundaries
        left join {{ relation }} as versions
            on
                boundaries.{{ key }} = versions.{{ key }}
                and boundaries.valid_from_on >= versions.{{ from_column }}
                and (
                    versions.{{ to_column }} is null
                    or boundaries.valid_from_on < versions.{{ to_column }}
                )
    ),

    stretches as (
        select
            {{ key }},
            {{ values | join(', ') }},
            valid_from_on,
            lead(valid_from_on) over (
                partition by {{ key }} order by valid_from_on
            ) as valid_to_on
        from ranked
        where version_rank = 1
    )

    select * from stretches
    where {{ values[0] }} is not null
{%- endmacro %}

{#- True where a day lies in a stretch; a null end is open. -#}
{% macro is_valid_on(day, from_column, to_column) -%}
    {{ day }} >= {{ from_column }} and ({{ to_column }} is null or {{ day }} < {{ to_column }})
{%- endmacro %}

{#- The same of a row that names its bounds valid_from_on and valid_to_on. -#}
{% macro is_in_force(relation, day) -%}
    {{ is_valid_on(day, relation ~ '.valid_from_on', relation ~ '.valid_to_on') }}
{%- endmacro %}
