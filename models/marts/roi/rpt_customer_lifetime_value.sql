with customers as (
    select
        *,
        case when is_abm_customer then 'abm' else 'non_abm' end as programme
    from {{ ref('fct_customer_value') }}
),

costs as (
    select * from {{ ref('int_acquisition_costs_shared') }}
),

sector_benchmarks as (
    select * from {{ ref('sector_benchmarks') }}
),

-- A customer counts in its sector and in the total of its programme.
customers_twice as (
    select
        programme, sector, account_id, year_1_revenue, expansion_amount, is_retained,
        is_retention_observable, is_expansion_observable
    from customers

    union all

    select
        programme, 'all' as sector, account_id, year_1_revenue, expansion_amount, is_retained,
        is_retention_observable, is_expansion_observable
    from customers
),

measured as (
    select
        programme,
        sector,
        count(*) as n_customers,
        avg(
            case
                when is_expansion_observable then cast(year_1_revenue as {{ type_double() }})
            end
        ) as year_1_revenue_avg,
        sum(case when is_expansion_observable then 1 else 0 end) as n_expansion,
        sum(case when is_expansion_observable then year_1_revenue end) as year_1_revenue,
        sum(case when is_expansion_observable then expansion_amount end) as expansion_amount,
        count(case when is_retention_observable then is_retained end) as n_retention,
        sum(case when is_retention_observable and is_retained then 1 else 0 end) as n_retained
    from customers_twice
    group by programme, sector
),

all_costs as (
    select
        programme, sector, investment, investment_fully_loaded, new_customers, is_ledger_complete
    from costs

    union all

    select
        programme,
        'all' as sector,
        sum(investment) as investment,
        sum(investment_fully_loaded) as investment_fully_loaded,
        sum(new_customers) as new_customers,
        {{ dbt.bool_or('is_ledger_complete') }} as is_ledger_complete
    from costs
    group by programme
),

rated as (
    select
        all_costs.programme,
        all_costs.sector,
        coalesce(measured.n_customers, 0) as n_customers,
        measured.year_1_revenue_avg,
        coalesce(measured.n_expansion, 0) as n_expansion,
        1 + cast(measured.expansion_amount as {{ type_double() }})
        / nullif(measured.year_1_revenue, 0) as expansion_multiplier,
        coalesce(measured.n_retention, 0) as n_retention,
        cast(measured.n_retained as {{ type_double() }})
        / nullif(measured.n_retention, 0) as retention_rate,
        all_costs.is_ledger_complete,
        all_costs.new_customers,
        case when all_costs.is_ledger_complete then all_costs.investment end as investment,
        case
            when all_costs.is_ledger_complete
                then cast(all_costs.investment as {{ type_double() }})
                / nullif(all_costs.new_customers, 0)
        end as cac,
        case
            when all_costs.is_ledger_complete
                then cast(all_costs.investment_fully_loaded as {{ type_double() }})
                / nullif(all_costs.new_customers, 0)
        end as cac_fully_loaded,
        sector_benchmarks.clv as benchmark_clv,
        sector_benchmarks.cac as benchmark_cac,
        sector_benchmarks.deal_size as benchmark_deal_size
    from all_costs
    left join measured
        on all_costs.programme = measured.programme and all_costs.sector = measured.sector
    left join sector_benchmarks
        on
            sector_benchmarks.sector
            = case when all_costs.sector = 'other' then 'saas_b2b' else all_costs.sector end
),

valued as (
    select
        *,
        year_1_revenue_avg * retention_rate * expansion_multiplier as clv_gross,
        year_1_revenue_avg * retention_rate * expansion_multiplier - cac as clv_net,
        year_1_revenue_avg * expansion_multiplier / nullif(1 - retention_rate, 0) as clv_lifetime
    from rated
),

minimum as (
    select cast(max(value_min) as {{ type_double() }}) as minimum_ratio
    from {{ ref('benchmarks') }}
    where benchmark_id = 'clv_cac_minimum'
),

final as (
    select
        {{ as_of_date() }} as as_of_on,
        valued.programme,
        valued.sector,
        cast(valued.n_customers as integer) as n_customers,
        valued.year_1_revenue_avg,
        valued.retention_rate,
        cast(valued.n_retention as integer) as n_retention,
        valued.expansion_multiplier,
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
        case
            when valued.n_customers = 0 then 'no_customers'
            when valued.year_1_revenue_avg is null then 'no_customer_older_than_a_year'
            when
                valued.retention_rate is null
                and not exists (
                    select 1 from customers where is_retained is not null
                )
                then 'no_renewal_data'
            when valued.retention_rate is null then 'no_term_ended'
            when not valued.is_ledger_complete then 'ledger_incomplete'
            when valued.new_customers = 0 then 'no_new_customers'
        end as reason,
        valued.sector = 'all' as is_total
    from valued
    cross join minimum
)

select * from final
