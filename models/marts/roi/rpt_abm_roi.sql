with sums as (
    select * from {{ ref('int_programme_returns_summed') }}
),

sharers as (
    select * from {{ ref('int_tier_sharers_counted') }}
),

roi_benchmark as (
    select
        max(value_min) as benchmark_min_pct,
        max(value_max) as benchmark_max_pct
    from {{ ref('benchmarks') }}
    where benchmark_id = 'abm_roi'
),

periods as (
    select
        period,
        coalesce(sum(revenue), 0) as revenue,
        coalesce(sum(investment), 0) as investment
    from sums
    group by period
),

-- Cost without a tier is shared; where nobody is in the programme, it is of unknown tier.
by_tier as (
    select
        periods.period,
        sharers.abm_tier,
        coalesce(own.revenue, 0) as revenue,
        coalesce(own.investment, 0)
        + case
            when sharers.n_all > 0
                then {{ shared_cost('shared.investment', 'sharers') }}
            when sharers.abm_tier = 'unknown' then coalesce(shared.investment, 0)
            else 0
        end as investment,
        false as is_total
    from periods
    cross join sharers
    left join sums as own
        on periods.period = own.period and sharers.abm_tier = own.abm_tier
    left join sums as shared on periods.period = shared.period and shared.abm_tier is null

    union all

    select
        period,
        'all' as abm_tier,
        revenue,
        investment,
        true as is_total
    from periods
),

final as (
    select
        by_tier.period,
        by_tier.abm_tier,
        'all_abm_accounts' as roi_basis,
        cast(by_tier.revenue as {{ type_decimal(2) }}) as revenue,
        cast(by_tier.investment as {{ type_decimal(2) }}) as investment,
        {{ percentage('(by_tier.revenue - by_tier.investment)', 'by_tier.investment') }}
            as abm_roi_pct,
        case when by_tier.investment = 0 then 'no_investment' end as roi_reason,
        'accounting' as evidence_grade,
        roi_benchmark.benchmark_min_pct,
        roi_benchmark.benchmark_max_pct,
        by_tier.is_total
    from by_tier
    cross join roi_benchmark
    where by_tier.abm_tier <> 'unknown' or by_tier.revenue <> 0 or by_tier.investment <> 0
)

select * from final
