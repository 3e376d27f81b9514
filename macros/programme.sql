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

{#- Of an indicator of the programme: its stage, the unit of its value, its numerator (without one
    the column of its name is the value), its denominator (without one the numerator is the value),
    and what it means that there is nothing to divide by. -#}
{% macro programme_kpis() -%}
    {{ return({
        'identification_precision': (
            'launch', 'percent', 'icp_accounts', 'icp_stated_accounts', 'icp_not_stated'
        ),
        'account_coverage': ('launch', 'percent', 'covered_accounts', 'n_accounts', none),
        'activation_uplift': (
            'launch', 'uplift_ratio', 'activation_uplift_ratio', 'uplift_accounts',
            'no_uplift_measured'
        ),
        'activation_uplift_median': (
            'launch', 'uplift_ratio', none, 'uplift_accounts', 'no_uplift_measured'
        ),
        'sales_touch_alignment': (
            'launch', 'percent', 'sales_touched_accounts', 'n_accounts', none
        ),
        'mqa_acceptance': (
            'launch', 'percent', 'accepted_mqa_accounts', 'mqa_accounts', 'no_mqa'
        ),
        'follow_up_within_24_hours': (
            'launch', 'percent', 'met_follow_ups', 'due_follow_ups', 'no_follow_up_due'
        ),
        'mqa': ('maturation', 'accounts', 'mqa_accounts', none, none),
        'saa': ('maturation', 'accounts', 'saa_accounts', none, none),
        'meetings_per_account': (
            'maturation', 'meetings', 'generated_meetings', 'n_accounts', none
        ),
        'pipeline_generated': ('maturation', 'currency', 'pipeline_amount', none, none),
        'closed_revenue': ('revenue', 'currency', 'revenue', none, none),
        'expansion_revenue': ('revenue', 'currency', 'expansion_amount', none, none),
    }) }}
{%- endmacro %}

{#- The same of costs and values of customers: programme, value, numerator, denominator, reason,
    number of cases and the metric of minimum_observations that they are judged by. -#}
{% macro programme_value_kpis() -%}
    {{ return({
        'cac': ('abm', 'cac', 'investment', 'new_customers', 'cac_reason', 'new_customers', 'cac'),
        'cac_non_abm': (
            'non_abm', 'cac', 'investment', 'new_customers', 'cac_reason', 'new_customers', 'cac'
        ),
        'clv_net': ('abm', 'clv_net', none, none, 'reason', 'n_observations', 'clv'),
    }) }}
{%- endmacro %}
