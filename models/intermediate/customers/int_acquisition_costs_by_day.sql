{%- set costs = {
    'investment': 'investments.in_cac',
    'investment_fully_loaded': "(investments.in_cac or investments.category = 'sales_cost')",
} %}

with investments as (
    select * from {{ ref('int_investments') }}
),

days as (
    select * from {{ ref('int_days') }}
),

sharers as (
    select * from {{ ref('int_sector_sharers_by_day') }}
),

ledgers as (
    select * from {{ ref('int_ledger_completeness_by_day') }}
),

cohorts as (
    select * from {{ ref('int_customer_cohorts_by_day') }}
),

costs as (
    select
        days.as_of_on,
        investments.programme,
        investments.sector,
        {%- for cost, is_counted in costs.items() %}
        sum(case when {{ is_counted }} then investments.amount else 0 end) as {{ cost }},
        sum(case when {{ is_counted }} and investments.is_without_rate then 1 else 0 end)
            as {{ cost }}_without_rate
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from investments
    inner join days
        on
            investments.month_start_on >= days.complete_months_from_on
            and investments.month_start_on < days.month_start_on
    group by days.as_of_on, investments.programme, investments.sector
),

-- Running counts are rounded, so the shares sum to the cost to the cent. Where there is cost to
-- share and nobody to share it, the cost of a sector is unknown; that of the programme is known. So
-- is the cost of whoever bears or shares a line without a rate.
priced as (
    select
        sharers.as_of_on,
        sharers.programme,
        sharers.sector,
        {%- for cost in costs %}
        coalesce(own_costs.{{ cost }}, 0)
        + {{ shared_cost('shared_costs.' ~ cost, 'sharers') }} as {{ cost }},
        coalesce(own_costs.{{ cost }}_without_rate, 0)
        + coalesce(case when sharers.n_sharers > 0 then shared_costs.{{ cost }}_without_rate end, 0)
            as {{ cost }}_without_rate,
        {%- endfor %}
        sharers.n_all > 0 or (
            coalesce(shared_costs.investment_fully_loaded, 0) = 0
            and coalesce(shared_costs.investment_fully_loaded_without_rate, 0) = 0
        ) as is_cost_shared
    from sharers
    left join costs as own_costs
        on
            sharers.as_of_on = own_costs.as_of_on
            and sharers.programme = own_costs.programme
            and sharers.sector = own_costs.sector
    left join costs as shared_costs
        on
            sharers.as_of_on = shared_costs.as_of_on
            and sharers.programme = shared_costs.programme
            and shared_costs.sector is null

    union all

    select
        ledgers.as_of_on,
        ledgers.programme,
        'all' as sector,
        {%- for cost in costs %}
        coalesce(sum(costs.{{ cost }}), 0) as {{ cost }},
        coalesce(sum(costs.{{ cost }}_without_rate), 0) as {{ cost }}_without_rate,
        {%- endfor %}
        true as is_cost_shared
    from ledgers
    left join costs
        on ledgers.as_of_on = costs.as_of_on and ledgers.programme = costs.programme
    group by ledgers.as_of_on, ledgers.programme
),

final as (
    select
        priced.as_of_on,
        priced.programme,
        priced.sector,
        ledgers.is_ledger_complete,
        priced.is_cost_shared,
        {%- for cost in costs %}
        case
            when
                ledgers.is_ledger_complete and priced.is_cost_shared
                and priced.{{ cost }}_without_rate = 0
                then priced.{{ cost }}
        end as {{ cost }},
        {%- endfor %}
        priced.investment_without_rate as n_costs_without_rate,
        coalesce(cohorts.n_new_customers, 0) as new_customers
    from priced
    inner join ledgers
        on priced.as_of_on = ledgers.as_of_on and priced.programme = ledgers.programme
    left join cohorts
        on
            priced.as_of_on = cohorts.as_of_on
            and priced.programme = cohorts.programme
            and priced.sector = cohorts.sector
)

select * from final
