{{ config(materialized='table') }}

with measured as (
    select * from {{ ref('int_customer_cohorts_by_day') }}
),

costs as (
    select * from {{ ref('int_acquisition_costs_by_day') }}
),

rated as (
    select
        costs.as_of_on,
        costs.programme,
        costs.sector,
        coalesce(measured.n_customers, 0) as n_customers,
        measured.year_1_revenue_avg,
        measured.year_1_revenue,
        measured.expansion_amount,
        coalesce(measured.n_expansion, 0) as n_expansion,
        1 + cast(measured.expansion_amount as {{ type_double() }})
        / nullif(measured.year_1_revenue, 0) as expansion_multiplier,
        coalesce(measured.n_terms_ended, 0) as n_terms_ended,
        coalesce(measured.n_retention, 0) as n_retention,
        coalesce(measured.n_retained, 0) as n_retained,
        cast(measured.n_retained as {{ type_double() }})
        / nullif(measured.n_retention, 0) as retention_rate,
        coalesce(measured.n_without_history, 0) as n_without_history,
        costs.is_ledger_complete,
        costs.is_cost_shared,
        coalesce(costs.n_costs_without_rate, 0) as n_costs_without_rate,
        costs.new_customers,
        costs.investment,
        cast(costs.investment as {{ type_double() }}) / nullif(costs.new_customers, 0) as cac,
        cast(costs.investment_fully_loaded as {{ type_double() }})
        / nullif(costs.new_customers, 0) as cac_fully_loaded,
        case
            when not costs.is_ledger_complete then 'ledger_incomplete'
            when costs.n_costs_without_rate > 0 then 'cost_without_rate'
            when not costs.is_cost_shared then 'cost_not_shareable'
            when costs.new_customers = 0 then 'no_new_customers'
        end as cac_reason
    from costs
    left join measured
        on
            costs.as_of_on = measured.as_of_on
            and costs.programme = measured.programme
            and costs.sector = measured.sector
),

valued as (
    select
        *,
        year_1_revenue_avg * retention_rate * expansion_multiplier as clv_gross,
        year_1_revenue_avg * retention_rate * expansion_multiplier - cac as clv_net,
        year_1_revenue_avg * expansion_multiplier / nullif(1 - retention_rate, 0) as clv_lifetime,
        case
            when n_customers = 0 then 'no_customers'
            when n_expansion = 0 then 'no_customer_older_than_a_year'
            when coalesce(year_1_revenue, 0) = 0 then 'no_year_1_revenue'
            when n_terms_ended = 0 then 'no_term_ended'
            when retention_rate is null then 'no_renewal_data'
            when cac_reason is not null then cac_reason
            when investment = 0 then 'no_investment'
        end as reason,
        least(n_retention, n_expansion) as n_observations,
        {{ has_enough('clv', 'least(n_retention, n_expansion)') }} as is_reliable,
        {{ has_enough('retention', 'n_retention') }} as is_retention_reliable,
        {{ has_enough('expansion', 'n_expansion') }} as is_expansion_reliable,
        {{ has_enough('cac', 'new_customers') }} as is_cac_reliable
    from rated
),

minimum as (
    select cast(max(value_min) as {{ type_double() }}) as minimum_ratio
    from {{ ref('benchmarks') }}
    where benchmark_id = 'clv_cac_minimum'
),

final as (
    select
        valued.*,
        valued.clv_net / nullif(valued.cac, 0) as clv_cac_ratio,
        valued.clv_lifetime / nullif(valued.cac, 0) as clv_lifetime_cac_ratio,
        minimum.minimum_ratio,
        case
            when valued.is_reliable
                then valued.clv_net / nullif(valued.cac, 0) >= minimum.minimum_ratio
        end as is_on_target
    from valued
    cross join minimum
)

select * from final
