{#- Credit per unit of spend, null where nothing, or nobody knows what, was spent. -#}
{% macro return_on_spend_ratio(attributed_amount, spend) -%}
    case
        when {{ spend }} > 0
            then
                cast({{ attributed_amount }} as {{ type_double() }})
                / cast({{ spend }} as {{ type_double() }})
    end
{%- endmacro %}

{#- Why that ratio is null; null where it is not. -#}
{% macro return_on_spend_reason(
    attributed_amount, spend, is_spend_recorded, n_costs_without_rate
) -%}
    case
        when not {{ is_spend_recorded }} then 'no_spend_recorded'
        when {{ n_costs_without_rate }} > 0 then 'cost_without_rate'
        when {{ spend }} is null then 'no_known_spend'
        when {{ spend }} <= 0 then 'no_spend'
        when {{ attributed_amount }} is null then 'no_known_amount'
    end
{%- endmacro %}
