{#- An amount in another currency: rates are units of a currency per unit of one common currency. -#}
{% macro converted_amount(amount, own_rate, target_rate) -%}
    cast({{ amount }} / {{ own_rate }} * {{ target_rate }} as {{ type_decimal(2) }})
{%- endmacro %}

{#- The join that finds a currency's rate on a day; null stands for the corporate currency. -#}
{% macro rate_on(rates, currency, day) -%}
    {{ rates }}.currency = coalesce({{ currency }}, '{{ var("corporate_currency") }}')
    and {{ is_valid_on(day, rates ~ '.valid_from_on', rates ~ '.valid_to_on') }}
{%- endmacro %}
