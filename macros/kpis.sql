{#- Where rpt_kpi_scorecard reads each KPI: a relation with a row per as_of_on (`where` leaves one),
    and expressions in its columns. Without `value` it is numerator / denominator; `reason` says why
    it is null, `n` on how many cases it rests and `is_reliable` whether they are enough: a count or
    an amount has neither and is what it is. Names, units and targets stand in the seed
    kpi_definitions. -#}
{% macro kpi_measures() -%}
    {%- set advanced_amount =
        'case when n_advanced = 0 then 0 else n_advanced * avg_deal_size end' -%}
    {%- set cycle_months = 'avg_cycle_days / ' ~ days_per_month() -%}
    {{ return({
        'aes_mean': {
            'relation': 'totals',
            'numerator': 'aes_sum',
            'denominator': 'n_programme_accounts',
            'n': 'n_programme_accounts',
            'is_reliable': has_enough('rate', 'n_programme_accounts'),
            'reason': "'no_account_in_programme'",
        },
        'velocity_monthly': {
            'relation': 'velocity',
            'value': 'velocity_monthly',
            'numerator': advanced_amount,
            'denominator': cycle_months,
            'n': 'n_advanced',
            'is_reliable': 'is_reliable',
            'reason': 'velocity_reason',
            'history_basis': 'history_basis',
        },
        'attributed_share': {
            'relation': 'credits',
            'numerator': 'programme_credited_amount',
            'denominator': 'credited_amount',
            'n': 'n_opportunities',
            'is_reliable': has_enough('returns', 'n_opportunities'),
            'reason': "'no_won_amount'",
            'history_basis': "case when as_of_on = " ~ as_of_date()
                ~ " then 'exact' else 'current_state' end",
        },
        'apr_pct': {
            'relation': 'penetration',
            'value': 'apr_pct',
            'numerator': 'engaged_stakeholders',
            'denominator': 'identified_stakeholders',
            'n': 'identified_stakeholders',
            'is_reliable': 'is_reliable',
            'reason': "case when n_accounts = 0 then 'no_account_in_programme'"
                ~ " else 'no_stakeholder_identified' end",
            'history_basis': 'history_basis',
        },
        'clv_cac_ratio': {
            'relation': 'customer_value',
            'value': 'clv_cac_ratio',
            'numerator': 'clv_net',
            'denominator': 'cac',
            'n': 'n_observations',
            'is_reliable': 'is_reliable',
            'reason': 'reason',
            'history_basis': 'history_basis',
        },
        'velocity_monthly_win_adjusted': {
            'relation': 'velocity',
            'value': 'velocity_monthly_win_adjusted',
            'numerator': '(' ~ advanced_amount ~ ') * win_rate_from_advanced',
            'denominator': cycle_months,
            'n': 'n_advanced',
            'is_reliable': 'is_reliable and is_win_rate_reliable',
            'reason': "case when velocity_monthly is null then velocity_reason"
                ~ " else 'no_closed_deals' end",
            'history_basis': 'history_basis',
        },
        'win_rate': {
            'relation': 'velocity',
            'value': 'win_rate',
            'numerator': 'n_won',
            'denominator': 'n_won + n_lost',
            'n': 'n_won + n_lost',
            'is_reliable': 'is_win_rate_reliable',
            'reason': "'no_closed_deals'",
            'history_basis': 'history_basis',
        },
        'pipeline_open_amount': {
            'relation': 'totals',
            'value': 'open_pipeline',
            'history_basis': 'open_pipeline_basis',
        },
        'advanced_pipeline': {
            'relation': 'velocity',
            'value': 'advanced_pipeline',
            'history_basis': 'history_basis',
        },
        'won_amount': {
            'relation': 'totals',
            'value': 'won_amount',
            'history_basis': 'won_amount_basis',
        },
        'hot_accounts': {'relation': 'totals', 'value': 'n_hot_accounts'},
        'account_coverage': {
            'relation': 'coverage',
            'where': "kpi = 'account_coverage'",
            'value': 'value',
            'numerator': 'numerator',
            'denominator': 'denominator',
            'n': 'denominator',
            'is_reliable': 'is_reliable',
            'reason': 'reason',
            'history_basis': 'history_basis',
        },
        'committee_penetration': {
            'relation': 'coverage',
            'where': "kpi = 'committee_penetration'",
            'value': 'value',
            'numerator': 'numerator',
            'denominator': 'denominator',
            'n': 'denominator',
            'is_reliable': 'is_reliable',
            'reason': 'reason',
            'history_basis': 'history_basis',
        },
        'top_channel_share': {
            'relation': 'concentration',
            'value': 'top_channel_share',
            'numerator': 'top_channel_amount',
            'denominator': 'attributed_amount',
            'n': 'weighted_opportunities',
            'is_reliable': 'is_reliable',
            'reason': 'reason',
            'history_basis': 'history_basis',
        },
        'new_opportunities': {'relation': 'totals', 'value': 'n_created'},
        'touchpoints': {'relation': 'totals', 'value': 'n_touchpoints'},
    }) }}
{%- endmacro %}

{#- What the scorecard's relations say of every KPI, one row per as_of_on. -#}
{% macro measured_kpis() -%}
    {%- for kpi, measure in kpi_measures().items() %}
    select
        '{{ kpi }}' as kpi,
        as_of_on,
        cast(
            {{ measure.value or share_of(measure.numerator, measure.denominator) }}
            as {{ type_double() }}
        ) as value,
        cast({{ measure.numerator or 'null' }} as {{ type_double() }}) as numerator,
        cast({{ measure.denominator or 'null' }} as {{ type_double() }}) as denominator,
        cast({{ measure.n or 'null' }} as {{ type_double() }}) as n_observations,
        {{ measure.is_reliable or 'true' }} as is_reliable,
        {{ measure.reason or "cast(null as " ~ dbt.type_string() ~ ")" }} as reason,
        {{ measure.history_basis or "'exact'" }} as history_basis
    from {{ measure.relation }}
    {%- if measure.where %}
    where {{ measure.where }}
    {%- endif %}
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
{%- endmacro %}

{#- How a value lies to its target on the columns of rpt_kpi_scorecard. -#}
{% macro kpi_status() -%}
    case
        when is_too_early then 'too_early'
        when value is null and aim is not null then 'no_data'
        when aim is null then null
        when not is_reliable then 'too_few'
        when value = aim and is_target_included then 'on_target'
        when value <= aim and is_higher_better then 'below'
        when value >= aim and not is_higher_better then 'above'
        else 'on_target'
    end
{%- endmacro %}

{#- Trailing days of the credited share: a month has too few wins to be told from chance, and every
    month has as many of these. -#}
{% macro credited_share_days() -%} {{ return(90) }} {%- endmacro %}

{#- A rate changes by points: a percent of a percent reads as another rate. -#}
{% macro is_rate(unit) -%} {{ unit }} in ('share', 'percent') {%- endmacro %}

{#- Percentage points between two rates, without the digits that a difference of doubles brings. -#}
{% macro change_in_points(value, previous_value, unit) -%}
    {%- set difference = '(' ~ value ~ ' - ' ~ previous_value ~ ')' -%}
    {{ rounded_statistic(
        'case when ' ~ unit ~ " = 'share' then 100 else 1 end * " ~ difference
    ) }}
{%- endmacro %}

{#- Why a KPI has no change since the month before. -#}
{% macro kpi_change_reason() -%}
    case
        when value is null then reason
        when is_flow and not is_complete_month then 'month_not_complete'
        when previous_value is null then 'no_previous_value'
        when {{ is_rate('unit') }} then null
        when previous_value = 0 then 'previous_value_is_zero'
        when previous_value < 0 then 'previous_value_is_negative'
    end
{%- endmacro %}

{#- The median absolute deviation of a normal distribution, in standard deviations. -#}
{% macro robust_z_factor() -%} 0.6745 {%- endmacro %}

{#- Whether every known value of a group beats its target by the factor of seed benchmarks. -#}
{% macro is_target_questioned(value, target, is_higher_better, group) -%}
    {%- set factor -%}
        (
            select max(cast(value_min as {{ type_double() }}))
            from {{ ref('benchmarks') }}
            where benchmark_id = 'target_questioned_factor'
        )
    {%- endset -%}
    coalesce(
        min(
            case
                when {{ value }} is null or {{ target }} is null then null
                when {{ is_higher_better }} and {{ value }} >= {{ factor }} * {{ target }} then 1
                when not {{ is_higher_better }} and {{ value }} * {{ factor }} <= {{ target }}
                    then 1
                else 0
            end
        ) over (partition by {{ group | join(', ') }}),
        0
    ) = 1
{%- endmacro %}
