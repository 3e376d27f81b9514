{#- Length of the mean month in days. -#}
{% macro days_per_month() -%} 30.4375 {%- endmacro %}

{#- Won, and closed within the trailing 365 days. -#}
{% macro is_recent_win(opportunities) -%}
    ({{ opportunities }}.is_won and {{ is_in_trailing_days(opportunities ~ '.closed_on', 365) }})
{%- endmacro %}

{% macro is_recent_loss(opportunities) -%}
    ({{ opportunities }}.is_lost and {{ is_in_trailing_days(opportunities ~ '.closed_on', 365) }})
{%- endmacro %}

{#- A deal closed on the day it was created took one day. -#}
{% macro velocity_cycle_days(opportunities) -%}
    case when {{ opportunities }}.cycle_days < 1 then 1 else {{ opportunities }}.cycle_days end
{%- endmacro %}

{#- What the closed deals of an entity say: how many, how long, how often won. A deal closed before
    it was created counts as won or lost and has no cycle. -#}
{% macro velocity_basis_measures() -%}
    sum(case when {{ is_recent_win('opportunities') }} then 1 else 0 end) as n_won,
    sum(case when {{ is_recent_loss('opportunities') }} then 1 else 0 end) as n_lost,
    sum(
        case
            when {{ is_recent_win('opportunities') }} and opportunities.has_been_advanced then 1
            else 0
        end
    ) as n_won_from_advanced,
    sum(
        case
            when {{ is_recent_loss('opportunities') }} and opportunities.has_been_advanced then 1
            else 0
        end
    ) as n_lost_from_advanced,
    count(
        case when {{ is_recent_win('opportunities') }} then opportunities.cycle_days end
    ) as n_cycles,
    avg(
        case
            when {{ is_recent_win('opportunities') }} and opportunities.cycle_days is not null
                then cast({{ velocity_cycle_days('opportunities') }} as {{ type_double() }})
        end
    ) as avg_cycle_days
{%- endmacro %}
