-- Of an indicator: its stage, the unit of its value, its numerator (without one the column of its
-- name is the value), its denominator (without one the numerator is the value), and what it means
-- that there is nothing to divide by.
{%- set kpis = {
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
    'sales_touch_alignment': ('launch', 'percent', 'sales_touched_accounts', 'n_accounts', none),
    'mqa_acceptance': (
        'launch', 'percent', 'accepted_mqa_accounts', 'mqa_accounts', 'no_mqa'
    ),
    'follow_up_within_24_hours': (
        'launch', 'percent', 'met_follow_ups', 'due_follow_ups',
        'no_follow_up_due'
    ),
    'mqa': ('maturation', 'accounts', 'mqa_accounts', none, none),
    'saa': ('maturation', 'accounts', 'saa_accounts', none, none),
    'meetings_per_account': ('maturation', 'meetings', 'generated_meetings', 'n_accounts', none),
    'pipeline_generated': ('maturation', 'currency', 'pipeline_amount', none, none),
    'closed_revenue': ('revenue', 'currency', 'revenue', none, none),
    'expansion_revenue': ('revenue', 'currency', 'expansion_amount', none, none),
} -%}
{%- set costs_and_values = {
    'cac': ('abm', 'cac', 'investment', 'new_customers', 'cac_reason'),
    'cac_non_abm': ('non_abm', 'cac', 'investment', 'new_customers', 'cac_reason'),
    'clv_net': ('abm', 'clv_net', none, none, 'reason'),
} %}

with tiers as (
    select * from {{ ref('int_programme_tiers') }}
),

lifetime_values as (
    select
        lifetime_values.*,
        tiers.abm_tier,
        tiers.n_accounts
    from {{ ref('int_lifetime_values_by_day') }} as lifetime_values
    inner join tiers on tiers.abm_tier = 'all'
    where lifetime_values.as_of_on = {{ as_of_date() }} and lifetime_values.sector = 'all'
),

final as (
    {%- for kpi, (stage, unit, numerator, denominator, reason) in kpis.items() %}
    select
        '{{ stage }}' as programme_stage,
        '{{ kpi }}' as kpi,
        abm_tier,
        '{{ unit }}' as unit,
        n_accounts,
        cast({{ numerator or 'null' }} as {{ type_double() }}) as numerator,
        cast({{ denominator or 'null' }} as {{ type_double() }}) as denominator,
        {% if not numerator -%}
        {{ kpi }} as value,
        {%- elif denominator -%}
        cast({{ '100 * ' if unit == 'percent' }}{{ numerator }} as {{ type_double() }})
        / nullif({{ denominator }}, 0) as value,
        {%- else -%}
        case
            when n_accounts > 0 or {{ numerator }} <> 0
                then cast({{ numerator }} as {{ type_double() }})
        end as value,
        {%- endif %}
        case
            when n_accounts = 0 {%- if not denominator %} and {{ numerator }} = 0 {%- endif %}
                then 'no_account_in_programme'
            {%- if reason %}
            when {{ denominator }} = 0 then '{{ reason }}'
            {%- endif %}
        end as reason,
        cast(null as integer) as n_costs_without_rate
    from tiers

    union all
    {% endfor %}
    select
        'revenue' as programme_stage,
        'abm_roi_pct' as kpi,
        abm_tier,
        'percent' as unit,
        n_accounts,
        cast(revenue - investment as {{ type_double() }}) as numerator,
        cast(investment as {{ type_double() }}) as denominator,
        {{ percentage('(revenue - investment)', 'investment') }} as value,
        case
            when n_costs_without_rate > 0 then 'cost_without_rate'
            when investment = 0 then 'no_investment'
        end as reason,
        cast(n_costs_without_rate as integer) as n_costs_without_rate
    from tiers
    {%- for kpi, (programme, value, numerator, denominator, reason) in costs_and_values.items() %}

    union all

    select
        'revenue' as programme_stage,
        '{{ kpi }}' as kpi,
        abm_tier,
        'currency' as unit,
        n_accounts,
        cast({{ numerator or 'null' }} as {{ type_double() }}) as numerator,
        cast({{ denominator or 'null' }} as {{ type_double() }}) as denominator,
        {{ value }} as value,
        case when {{ value }} is null then {{ reason }} end as reason,
        cast(n_costs_without_rate as integer) as n_costs_without_rate
    from lifetime_values
    where programme = '{{ programme }}'
    {%- endfor %}
)

select * from final
