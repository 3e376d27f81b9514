{#- The models of attribution, and the share that each gives to a touch. The expressions read the
    columns of int_attribution_shares: the touch, its journey and its channel in it. -#}
{% macro attribution_models() -%}
    {{ return([
        'position_20_50_30', 'first_touch', 'last_touch', 'linear', 'u_shaped', 'w_shaped',
        'full_path', 'time_decay', 'markov', 'shapley',
    ]) }}
{%- endmacro %}

{#- The model that the default tables hold. -#}
{% macro default_attribution_model() -%}
    {%- if var('attribution_model') not in attribution_models() -%}
        {{ exceptions.raise_compiler_error(
            'Var attribution_model is ' ~ var('attribution_model') ~ ': write one of '
            ~ attribution_models() | join(', ') ~ '.'
        ) }}
    {%- endif -%}
    {{ return(var('attribution_model')) }}
{%- endmacro %}

{% macro attribution_share(model) -%}
    {%- if model == 'position_20_50_30' -%}
        case
            when n_touches = 1 then 1
            when n_touches = 2 and touch_number = 1 then {{ var('two_touch_first_share') }}
            when n_touches = 2 then 1 - {{ var('two_touch_first_share') }}
            when touch_number = 1 then 0.2
            when touch_number = n_touches then 0.3
            else cast(0.5 as {{ type_double() }}) / (n_touches - 2)
        end
    {%- elif model == 'first_touch' -%}
        case when touch_number = 1 then 1 else 0 end
    {%- elif model == 'last_touch' -%}
        case when touch_number = n_touches then 1 else 0 end
    {%- elif model == 'linear' -%}
        cast(1 as {{ type_double() }}) / n_touches
    {%- elif model == 'u_shaped' -%}
        {{ milestone_share({'1': 40, 'opportunity_creation_number': 40}, 20) }}
    {%- elif model == 'w_shaped' -%}
        {{ milestone_share(
            {'1': 30, 'lead_creation_number': 30, 'opportunity_creation_number': 30}, 10
        ) }}
    {%- elif model == 'full_path' -%}
        {{ milestone_share({
            '1': 22.5, 'lead_creation_number': 22.5, 'opportunity_creation_number': 22.5,
            'close_number': 22.5,
        }, 10) }}
    {%- elif model == 'time_decay' -%}
        cast(decay as {{ type_double() }}) / cast(decay_of_journey as {{ type_double() }})
    {%- elif model in ('markov', 'shapley') -%}
        {{ model }}_share / n_touches_of_channel
    {%- endif -%}
{%- endmacro %}

{#- 2 ^ (-days before the newest touch / half-life). The days to the anchor date differ from these
    by as many for every touch of the journey, which cancels out, and the newest touch weighs 1
    however long ago it was. -#}
{% macro time_decay(touched_on, newest_on) -%}
    {{ double_as_decimal(
        decay(touched_on, newest_on, var('time_decay_half_life_days')), 15
    ) }}
{%- endmacro %}

{#- A touch gets the percentages of the milestones it is, or an equal part of the rest; then what
    absent milestones, or a rest without touches, would have got is shared in proportion.
    milestones: touch number of each, an expression, null where it is absent, and percent. -#}
{% macro milestone_share(milestones, rest) -%}
    {%- set own, present, distinct, seen = [], [], [], [] -%}
    {%- for number, percent in milestones.items() -%}
        {%- do own.append(
            'case when touch_number = ' ~ number ~ ' then ' ~ percent ~ ' else 0 end'
        ) -%}
        {%- do present.append(
            'case when ' ~ number ~ ' is null then 0 else ' ~ percent ~ ' end'
        ) -%}
        {%- set conditions = [number ~ ' is not null'] -%}
        {%- for earlier in seen -%}
            {%- do conditions.append('coalesce(' ~ earlier ~ ' <> ' ~ number ~ ', true)') -%}
        {%- endfor -%}
        {%- do distinct.append('case when ' ~ conditions | join(' and ') ~ ' then 1 else 0 end') -%}
        {%- do seen.append(number) -%}
    {%- endfor -%}
    {%- set is_milestone = 'touch_number in (' ~ milestones | join(', ') ~ ')' -%}
    {%- set n_rest = '(n_touches - (' ~ distinct | join(' + ') ~ '))' -%}
    (
        cast({{ own | join(' + ') }} as {{ type_double() }})
        + case
            when coalesce({{ is_milestone }}, false) then 0
            else cast({{ rest }} as {{ type_double() }}) / {{ n_rest }}
        end
    ) / ({{ present | join(' + ') }} + case when {{ n_rest }} > 0 then {{ rest }} else 0 end)
{%- endmacro %}

{#- The weight or amount of a touch by the model of the row: of the columns `<model>_weight`,
    `<model>_amount` the one that attribution_model names. -#}
{% macro credit_of_model(credit) -%}
    case attribution_model
        {%- for model in attribution_models() %}
        when '{{ model }}' then {{ model }}_{{ credit }}
        {%- endfor %}
    end
{%- endmacro %}

{#- Every model and basis, as rows. -#}
{% macro attribution_models_and_bases() -%}
    {%- for model in attribution_models() %}
    {%- set outer = loop %}
    {%- for basis in ('revenue', 'pipeline') %}
    select
        '{{ model }}' as attribution_model,
        '{{ basis }}' as attribution_basis
    {%- if not (loop.last and outer.last) %}

    union all
    {% endif %}
    {%- endfor %}
    {%- endfor %}
{%- endmacro %}

{#- The rows of a deal and model sum to the total: what is missing after rounding down goes one
    unit each to the largest remainders, ties by the order of touches (decision 18). -#}
{% macro rounded_to_sum(floored, remainder, total) -%}
    {%- set rows = 'partition by deal_number, model_number' -%}
    {{ floored }} + case
        when
            row_number() over ({{ rows }} order by {{ remainder }} desc, touch_number)
            <= {{ total }} - sum({{ floored }}) over ({{ rows }})
            then 1
        else 0
    end
{%- endmacro %}

{#- The CTE `ends`: the steps of a chain of states, multiplied by themselves so many times. -#}
{% macro squared_steps(steps, squarings, probability) -%}
    {{ adapter.dispatch('squared_steps', 'abm_warehouse')(steps, squarings, probability) }}
{%- endmacro %}

{% macro default__squared_steps(steps, squarings, probability) -%}
{% for squaring in range(1, squarings + 1) %}
{{ 'ends' if loop.last else 'squared_' ~ squaring }} as (
    select
        first_half.removed_state,
        first_half.from_state,
        second_half.to_state,
        cast(sum(first_half.probability * second_half.probability) as {{ probability }})
            as probability
    from {{ steps if loop.first else 'squared_' ~ (squaring - 1) }} as first_half
    inner join {{ steps if loop.first else 'squared_' ~ (squaring - 1) }} as second_half
        on
            first_half.removed_state = second_half.removed_state
            and first_half.to_state = second_half.from_state
    group by first_half.removed_state, first_half.from_state, second_half.to_state
),
{% endfor %}
{%- endmacro %}
