{#- A tier as reports show it: unknown where it is none of the three, null where none is named. -#}
{% macro reported_abm_tier(abm_tier) -%}
    case
        when {{ abm_tier }} in ('one_to_one', 'one_to_few', 'one_to_many') then {{ abm_tier }}
        when {{ abm_tier }} is not null then 'unknown'
    end
{%- endmacro %}

{#- The same day of the month some months later, or that month's last day where it has none. -#}
{% macro months_after(date_expression, months) -%}
    cast({{ dbt.dateadd('month', months, date_expression) }} as date)
{%- endmacro %}

{#- True for the one stage of the seed programme_stages that whole months since a start put a
    programme or an account in on a day; months_to is exclusive, null = open. -#}
{% macro is_programme_stage_on(stages, day, started_on) -%}
    {{ is_valid_on(
        day,
        months_after(started_on, stages ~ '.months_from'),
        months_after(started_on, stages ~ '.months_to'),
    ) }}
{%- endmacro %}
