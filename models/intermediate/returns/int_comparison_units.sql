with opportunities as (
    select
        *,
        case when cycle_days < 1 then 1 else cycle_days end as whole_cycle_days
    from {{ ref('int_opportunities_now') }}
    where
        opportunity_type in ('new_business', 'expansion')
        and (is_won or is_lost)
        and {{ is_in_trailing_days('closed_on', 365) }}
),

customers as (
    select
        customers.*,
        revenues.year_1_revenue,
        revenues.expansion_amount
    from {{ ref('int_customers_now') }} as customers
    inner join {{ ref('int_customer_revenues_by_day') }} as revenues
        on
            customers.as_of_on = revenues.as_of_on
            and customers.account_id = revenues.account_id
),

accounts as (
    select * from {{ ref('int_accounts') }}
),

{%- set of_deals = ['opportunities', 'opportunity_id', 'is_abm_at_creation'] %}
{%- set of_customers = ['customers', 'account_id', 'is_abm_customer'] %}
{%- set metrics = {
    'deal_size': (of_deals, 'amount', 1, 'is_won and amount is not null'),
    'win_rate': (of_deals, 'case when is_won then 1 else 0 end', 1, 'true'),
    'cycle_days': (of_deals, 'whole_cycle_days', 1, 'is_won and whole_cycle_days is not null'),
    'velocity': (
        of_deals, 'cast(amount as ' ~ type_decimal(2, 28) ~ ') * ' ~ days_per_month(),
        'whole_cycle_days',
        'is_won and amount is not null and whole_cycle_days is not null',
    ),
    'year_1_revenue': (
        of_customers, 'year_1_revenue', 1, 'is_expansion_observable and year_1_revenue is not null'
    ),
    'retention_rate': (
        of_customers, 'case when is_retained then 1 else 0 end', 1,
        'is_retention_observable and is_retained is not null',
    ),
    'expansion_revenue': (of_customers, 'expansion_amount', 1, 'is_expansion_observable'),
} %}

units as (
    {%- for metric, ((entities, unit_id, is_abm), numerator, denominator, condition)
        in metrics.items() %}
    select
        '{{ metric }}' as metric,
        {{ unit_id }} as unit_id,
        account_id,
        {{ is_abm }} as is_abm,
        cast({{ numerator }} as {{ type_decimal(6, 28) }}) as numerator,
        cast({{ denominator }} as {{ dbt.type_bigint() }}) as denominator
    from {{ entities }}
    where {{ condition }}
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
),

final as (
    select
        units.*,
        accounts.sector,
        accounts.account_size_tier
    from units
    left join accounts on units.account_id = accounts.account_id
)

select * from final
