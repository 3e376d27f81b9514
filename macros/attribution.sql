{#- The rule models, and the share that each gives to a touch of a journey of two or more. -#}
{% macro attribution_rule_models() -%}
    {{ return(['position_20_50_30', 'first_touch', 'last_touch', 'linear']) }}
{%- endmacro %}

{% macro attribution_share(model, touch_number, n_touches) -%}
    {%- if model == 'position_20_50_30' -%}
        case
            when {{ n_touches }} = 2 and {{ touch_number }} = 1
                then {{ var('two_touch_first_share') }}
            when {{ n_touches }} = 2 then 1 - {{ var('two_touch_first_share') }}
            when {{ touch_number }} = 1 then 0.2
            when {{ touch_number }} = {{ n_touches }} then 0.3
            else cast(0.5 as {{ type_double() }}) / ({{ n_touches }} - 2)
        end
    {%- elif model == 'first_touch' -%}
        case when {{ touch_number }} = 1 then 1 else 0 end
    {%- elif model == 'last_touch' -%}
        case when {{ touch_number }} = {{ n_touches }} then 1 else 0 end
    {%- elif model == 'linear' -%}
        cast(1 as {{ type_double() }}) / {{ n_touches }}
    {%- endif -%}
{%- endmacro %}

{#- Every model and basis that must have credit, as rows: what checks look for. -#}
{% macro attribution_models_and_bases() -%}
    {%- for model in attribution_rule_models() %}
    select
        '{{ model }}' as attribution_model,
        'revenue' as attribution_basis
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
{%- endmacro %}
