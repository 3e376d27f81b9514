{#- What can be measured of the accounts of an experiment: columns of
    int_experiment_accounts. The seed experiment_metrics says which metric reads which. -#}
{% macro experiment_measures() -%}
    {{ return([
        'engagement_touches', 'engagement_points', 'engaged_people', 'sales_meetings',
        'opportunities', 'wins', 'aes', 'aes_change',
    ]) }}
{%- endmacro %}

{#- Whether a day is one of those on which an account of an experiment is measured: those of the
    participants of int_experiment_accounts. -#}
{% macro is_measured_on(day) -%}
    {{ day }} between participants.started_on and participants.measured_to_on
{%- endmacro %}
