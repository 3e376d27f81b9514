with measured as (
    select * from {{ ref('int_customer_cohorts_measured') }}
),

costs as (
    select * from {{ ref('int_acquisition_costs_shared') }}
),

sector_benchmarks as (
    select * from {{ ref('sector_benchmarks') }}
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
        costs.new_customers,
        costs.investment,
        cast(costs.investment as {{ type_double() }}) / nullif(costs.new_customers, 0) as cac,
        cast(costs.investment_fully_loaded as {{ type_double() }})
        / nullif(costs.new_customers, 0) as cac_fully_loaded,
        sector_benchmarks.clv as benchmark_clv,
        sector_benchmarks.cac as benchmark_cac,
        sector_benchmarks.deal_size as benchmark_deal_size
    from costs
    left join measured
        on
            costs.as_of_on = measured.as_of_on
            and costs.programme = measured.programme
            and costs.sector = measured.sector
    left join sector_benchmarks
        on
            sector_benchmarks.sector
            = case when costs.sector = 'other' then 'saas_b2b' else costs.sector end
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
            when not is_ledger_complete then 'ledger_incomplete'
            when not is_cost_shared then 'cost_not_shareable'
            when new_customers = 0 then 'no_new_customers'
            when investment = 0 then 'no_investment'
        end as reason
    from rated
),

minimum as (
    select cast(max(value_min) as {{ type_double() }}) as minimum_ratio
    from {{ ref('benchmarks') }}
    where benchmark_id = 'clv_cac_minimum'
),

final as (
    select
        valued.as_of_on,
        valued.programme,
        valued.sector,
        cast(valued.n_customers as integer) as n_customers,
        valued.year_1_revenue_avg,
        valued.retention_rate,
        cast(valued.n_retained as integer) as n_retained,
        cast(valued.n_retention as integer) as n_retention,
        valued.expansion_multiplier,
        cast(valued.expansion_amount as {{ type_decimal(2) }}) as expansion_amount,
        cast(valued.year_1_revenue as {{ type_decimal(2) }}) as year_1_revenue,
        cast(valued.n_expansion as integer) as n_expansion,
        valued.cac,
        valued.cac_fully_loaded,
        cast(valued.new_customers as integer) as new_customers,
        cast(valued.investment as {{ type_decimal(2) }}) as investment,
        valued.clv_gross,
        valued.clv_net,
        valued.clv_lifetime,
        valued.clv_net / nullif(valued.cac, 0) as clv_cac_ratio,
        valued.clv_lifetime / nullif(valued.cac, 0) as clv_lifetime_cac_ratio,
        valued.benchmark_clv,
        valued.benchmark_cac,
        case
            when
                (valued.benchmark_deal_size - valued.benchmark_cac) < valued.benchmark_clv
                then 'benchmark_inconsistent_with_formula'
        end as benchmark_reason,
        minimum.minimum_ratio,
        valued.clv_net / nullif(valued.cac, 0) >= minimum.minimum_ratio as is_on_target,
        valued.reason,
        case
            when valued.clv_lifetime is null and valued.retention_rate = 1 then 'all_retained'
            when valued.clv_lifetime is null then valued.reason
        end as clv_lifetime_reason,
        case when valued.n_without_history = 0 then 'exact' else 'current_state' end
            as history_basis,
        valued.sector = 'all' as is_total
    from valued
    cross join minimum
)

select * from final
