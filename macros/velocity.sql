{#- Length of the mean month in days. -#}
{% macro days_per_month() -%} 30.4375 {%- endmacro %}

{#- Why a velocity has no change since an earlier one. -#}
{% macro velocity_change_reason(earlier_velocity) -%}
    case
        when velocity_monthly is null then velocity_reason
        when {{ earlier_velocity }} is null then 'no_previous_velocity'
        when {{ earlier_velocity }} = 0 then 'previous_velocity_is_zero'
    end
{%- endmacro %}

{#- The median has no portable aggregate: it is the mean of the middle one or two rows in order. A
    row that stands for several alike has the number of the last of them. -#}
{% macro is_middle_row(row_number, n_rows, n_alike='1') -%}
    {{ row_number }} * 2 between {{ n_rows }} and {{ n_rows }} + 2 * {{ n_alike }}
{%- endmacro %}

{#- Days from creation to close of a deal won in the trailing days (is_recent): one that closed on
    the day it was created took one, one that closed before has no cycle and is still won. -#}
{% macro counted_cycle_days(deals) -%}
    case
        when {{ deals }}.is_won and {{ deals }}.is_recent
            then case when {{ deals }}.cycle_days < 1 then 1 else {{ deals }}.cycle_days end
    end
{%- endmacro %}
