{#- An amount in another currency: rates are units of a currency per unit of a common currency. Null
    where a rate is so far off that no amount column holds the result. -#}
{% macro converted_amount(amount, own_rate, target_rate) -%}
    {%- set converted = amount ~ ' / ' ~ own_rate ~ ' * ' ~ target_rate -%}
    case
        when abs({{ converted }}) < {{ greatest_number() }}
            then {{ double_as_decimal(converted, 2) }}
    end
{%- endmacro %}

{#- The join that finds a currency's rate on a day; null stands for the corporate currency. -#}
{% macro rate_on(rates, currency, day) -%}
    {{ rates }}.currency = coalesce({{ currency }}, '{{ var("corporate_currency") }}')
    and {{ is_valid_on(day, rates ~ '.valid_from_on', rates ~ '.valid_to_on') }}
{%- endmacro %}

{#- A member's share of a cost by counts: rounded at the running count less rounded before it, so
    that the members' shares sum to the cost. Without anybody to share, nothing is shared. -#}
{% macro shared_cost(cost, counts) -%}
    {%- set cost = 'cast(coalesce(' ~ cost ~ ', 0) as ' ~ type_double() ~ ')' -%}
    {%- set before = '(' ~ counts ~ '.n_cumulated - ' ~ counts ~ '.n_sharers)' -%}
    case
        when {{ counts }}.n_all > 0
            then
                {{ double_as_decimal(
                    cost ~ ' * ' ~ counts ~ '.n_cumulated / ' ~ counts ~ '.n_all', 2
                ) }}
                - {{ double_as_decimal(cost ~ ' * ' ~ before ~ ' / ' ~ counts ~ '.n_all', 2) }}
        else 0
    end
{%- endmacro %}
