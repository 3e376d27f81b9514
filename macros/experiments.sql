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

{#- What an arm says against the control, on the columns of rpt_experiments. Too few units are no
    ground for a verdict, however unlikely the difference; an arm of enough that differs is judged
    whatever its power, and one that does not is told from one too small to tell. -#}
{% macro experiment_verdict() -%}
    case
        when is_running then 'running'
        when p_value is null then null
        when not is_reliable then 'underpowered'
        when p_value < {{ significance_level() }} and difference > 0 then 'win'
        when p_value < {{ significance_level() }} and difference < 0 then 'loss'
        when required_n is null then null
        when n < required_n or n_control < required_n then 'underpowered'
        else 'no_difference'
    end
{%- endmacro %}
