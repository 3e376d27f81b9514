-- What each indicator is: macros/programme.sql. A count or an amount is what it is, however small.
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
    {%- for kpi, (stage, unit, numerator, denominator, reason) in programme_kpis().items() %}
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
        cast({{ denominator or 'null' }} as {{ type_double() }}) as n_observations,
        {{ has_enough('rate', denominator) if denominator else 'true' }} as is_reliable,
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
        cast(weighted_opportunities as {{ type_double() }}) as n_observations,
        {{ has_enough('returns', 'weighted_opportunities') }} as is_reliable,
        cast(n_costs_without_rate as integer) as n_costs_without_rate
    from tiers
    {%- for kpi, (programme, value, numerator, denominator, reason, n, metric)
        in programme_value_kpis().items() %}

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
        cast({{ n }} as {{ type_double() }}) as n_observations,
        {{ has_enough(metric, n) }} as is_reliable,
        cast(n_costs_without_rate as integer) as n_costs_without_rate
    from lifetime_values
    where programme = '{{ programme }}'
    {%- endfor %}
)

select * from final
