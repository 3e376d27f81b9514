with valued as (
    select valued.*
    from {{ ref('int_lifetime_values_by_day') }} as valued
    inner join {{ ref('int_reporting_dates') }} as reporting_dates
        on valued.as_of_on = reporting_dates.as_of_on
),

sector_benchmarks as (
    select * from {{ ref('int_sector_benchmarks') }}
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
        cast(valued.n_costs_without_rate as integer) as n_costs_without_rate,
        valued.clv_gross,
        valued.clv_net,
        valued.clv_lifetime,
        valued.clv_cac_ratio,
        valued.clv_lifetime_cac_ratio,
        sector_benchmarks.clv as benchmark_clv,
        sector_benchmarks.cac as benchmark_cac,
        case
            when (sector_benchmarks.deal_size - sector_benchmarks.cac) < sector_benchmarks.clv
                then 'benchmark_inconsistent_with_formula'
        end as benchmark_reason,
        valued.minimum_ratio,
        cast(valued.n_observations as integer) as n_observations,
        {%- for ratio in ('', 'retention_', 'expansion_', 'cac_') %}
        valued.is_{{ ratio }}reliable,
        {%- endfor %}
        valued.is_on_target,
        valued.reason,
        case
            when valued.clv_lifetime is null and valued.retention_rate = 1 then 'all_retained'
            when valued.clv_lifetime is null then valued.reason
        end as clv_lifetime_reason,
        case when valued.n_without_history = 0 then 'exact' else 'current_state' end
            as history_basis,
        valued.sector = 'all' as is_total
    from valued
    left join sector_benchmarks
        on
            sector_benchmarks.sector
            = case when valued.sector = 'other' then 'saas_b2b' else valued.sector end
)

select * from final
