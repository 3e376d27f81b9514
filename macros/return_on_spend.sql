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

{#- A column for each of the measures, null where a row says nothing of it: rows of several kinds
    that are added up side by side. -#}
{% macro typed_measures(measures, given) -%}
    {%- for measure in measures %}
        cast({{ given.get(measure, 'null') }} as {{ type_decimal(12, 38) }}) as {{ measure }}
        {%- if not loop.last %},{% endif %}
    {%- endfor %}
{%- endmacro %}

{#- Why no advice is given on a budget whose return is known, by the limits of the seeds. -#}
{% macro budget_limit_reason() -%}
    case
        when utilisation_rate < minimum_utilisation_rate then 'plan_not_spent'
        when not is_reliable then 'too_few_deals'
        when coalesce(crm_cost_without_ledger > maximum_missing_cost_share * spend_trailing, true)
            then 'costs_not_in_ledger'
    end
{%- endmacro %}
