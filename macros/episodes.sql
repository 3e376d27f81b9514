{#-
    Of dated rows the first per key, then the first at least so many days after it, and so on: the
    beginnings of episodes. Each round follows the pointer to the next beginning twice as far as the
    round before, so 8 rounds reach 256 episodes of a key without recursion, which not every engine
    has. Returns the keys and the day of each beginning.
-#}
{% macro episode_beginnings(relation, keys, day, days) -%}
    {{ adapter.dispatch('episode_beginnings', 'abm_warehouse')(relation, keys, day, days) }}
{%- endmacro %}

{% macro default__episode_beginnings(relation, keys, day, days) -%}
    {%- set rounds = 8 -%}
    with jumps_0 as (
        select
            {% for key in keys -%}
            rows_from.{{ key }},
            {% endfor -%}
            rows_from.{{ day }} as began_on,
            min(rows_to.{{ day }}) as next_on
        from {{ relation }} as rows_from
        left join {{ relation }} as rows_to
            on
                {% for key in keys -%}
                rows_from.{{ key }} = rows_to.{{ key }}
                and {% endfor -%}
                rows_to.{{ day }} >= cast(
                    {{ dbt.dateadd('day', 'rows_from.' ~ days, 'rows_from.' ~ day) }} as date
                )
        group by
            {% for key in keys %}rows_from.{{ key }}, {% endfor %}rows_from.{{ day }}
    ),

    kept_0 as (
        select
            {{ keys | join(', ') }},
            min({{ day }}) as began_on
        from {{ relation }}
        group by {{ keys | join(', ') }}
    ),
    {% for step in range(1, rounds + 1) %}
    kept_{{ step }} as (
        select
            {{ keys | join(', ') }},
            began_on
        from kept_{{ step - 1 }}

        union distinct

        select
            {% for key in keys -%}
            jumps.{{ key }},
            {% endfor -%}
            jumps.next_on as began_on
        from kept_{{ step - 1 }} as kept
        inner join jumps_{{ step - 1 }} as jumps
            on
                {% for key in keys -%}
                kept.{{ key }} = jumps.{{ key }}
                and {% endfor -%}
                kept.began_on = jumps.began_on
        where jumps.next_on is not null
    ),

    jumps_{{ step }} as (
        select
            {% for key in keys -%}
            jumps.{{ key }},
            {% endfor -%}
            jumps.began_on,
            further.next_on
        from jumps_{{ step - 1 }} as jumps
        inner join jumps_{{ step - 1 }} as further
            on
                {% for key in keys -%}
                jumps.{{ key }} = further.{{ key }}
                and {% endfor -%}
                jumps.next_on = further.began_on
    ),
    {% endfor %}
    beginnings as (
        select * from kept_{{ rounds }}
    )

    select * from beginnings
{%- endmacro %}

{#- Until when an alert is to be answered: so many hours after its moment, without one after the end
    of its day. -#}
{% macro alert_due_at(moment, day, hours) -%}
    {{ moment_after(
        'coalesce(' ~ moment ~ ', cast(' ~ days_after(day, 1) ~ ' as ' ~ dbt.type_timestamp()
        ~ '))',
        hours, 'hour'
    ) }}
{%- endmacro %}
