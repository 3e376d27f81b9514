{#- A tier as reports show it: unknown where it is none of the three, null where none is named. -#}
{% macro reported_abm_tier(abm_tier) -%}
    case
        when {{ abm_tier }} in ('one_to_one', 'one_to_few', 'one_to_many') then {{ abm_tier }}
        when {{ abm_tier }} is not null then 'unknown'
    end
{%- endmacro %}

{#- The first day of the programme, in one row: var programme_started_on, else the earliest
    activation of a membership; null without either. -#}
{% macro programme_start() -%}
    {% if var('programme_started_on') -%}
    select cast('{{ var("programme_started_on") }}' as date) as programme_started_on
    {%- else -%}
    select min(activated_on) as programme_started_on
    from {{ ref('int_account_memberships') }}
    {%- endif %}
{%- endmacro %}

{#- Days from an account's activation on over which source B expects its engagement to rise. -#}
{% macro activation_uplift_days() -%} {{- return(90) -}} {%- endmacro %}

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
