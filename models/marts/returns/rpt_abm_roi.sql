with costs as (
    select * from {{ ref('int_programme_costs') }}
),

returns as (
    select * from {{ ref('int_programme_returns') }}
),

estimates as (
    select * from {{ ref('int_matched_returns') }}
),

benchmarks as (
    select * from {{ ref('int_roi_benchmarks') }}
),

bases as (
    {%- for roi_basis, evidence_grade in {
        'all_abm_accounts': 'accounting', 'sourced': 'attribution', 'attributed': 'attribution',
        'matched_estimate': 'matched',
    }.items() %}
    select
        '{{ roi_basis }}' as roi_basis,
        '{{ evidence_grade }}' as evidence_grade
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

-- Without anything won there is no revenue; without anybody to compare with it is unknown.
joined as (
    select
        costs.period,
        costs.abm_tier,
        bases.roi_basis,
        bases.evidence_grade,
        {%- for column in ('revenue', 'weighted_opportunities') %}
        case
            when estimates.period is not null then estimates.{{ column }}
            else coalesce(returns.{{ column }}, 0)
        end as {{ column }},
        {%- endfor %}
        costs.investment,
        costs.n_costs_without_rate,
        {%- for column in ('pipeline_created', 'n_pipeline_without_amount') %}
        case
            when bases.roi_basis = 'all_abm_accounts' then coalesce(returns.{{ column }}, 0)
        end as {{ column }},
        {%- endfor %}
        {%- for column in ('account_days', 'matched_account_days', 'n_strata_dropped') %}
        case
            when bases.roi_basis = 'matched_estimate' then coalesce(estimates.{{ column }}, 0)
        end as {{ column }},
        {%- endfor %}
        costs.is_total,
        (
            costs.is_total
            and costs.period = 'trailing_365_days'
            and bases.roi_basis = 'all_abm_accounts'
        ) as has_money_benchmarks
    from costs
    cross join bases
    left join returns
        on
            costs.period = returns.period
            and costs.abm_tier = returns.abm_tier
            and bases.roi_basis = returns.roi_basis
    left join estimates
        on
            costs.period = estimates.period
            and costs.abm_tier = estimates.abm_tier
            and bases.roi_basis = 'matched_estimate'
),

final as (
    select
        {{ as_of_date() }} as as_of_on,
        joined.period,
        joined.abm_tier,
        joined.roi_basis,
        cast(joined.revenue as {{ type_decimal(2) }}) as revenue,
        cast(joined.investment as {{ type_decimal(2) }}) as investment,
        {{ percentage('(joined.revenue - joined.investment)', 'joined.investment') }}
            as abm_roi_pct,
        case
            when joined.n_costs_without_rate > 0 then 'cost_without_rate'
            when joined.investment = 0 then 'no_investment'
            when joined.revenue is null then 'no_comparable_accounts'
        end as roi_reason,
        cast(joined.weighted_opportunities as {{ type_decimal(12) }}) as weighted_opportunities,
        {{ has_enough('returns', 'joined.weighted_opportunities') }} as is_reliable,
        cast(joined.n_costs_without_rate as integer) as n_costs_without_rate,
        joined.evidence_grade,
        benchmarks.benchmark_min_pct,
        benchmarks.benchmark_max_pct,
        cast(joined.pipeline_created as {{ type_decimal(2) }}) as pipeline_created,
        cast(joined.n_pipeline_without_amount as integer) as n_pipeline_without_amount,
        {%- for column in (
            'benchmark_investment_min', 'benchmark_investment_max',
            'benchmark_pipeline_min', 'benchmark_pipeline_max',
            'benchmark_pipeline_open_from',
        ) %}
        case when joined.has_money_benchmarks then benchmarks.{{ column }} end as {{ column }},
        {%- endfor %}
        cast(joined.n_strata_dropped as integer) as n_strata_dropped,
        cast(joined.account_days as {{ type_double() }}) / {{ days_per_month() }}
            as account_months,
        cast(joined.matched_account_days as {{ type_double() }}) / {{ days_per_month() }}
            as matched_account_months,
        {{ share_of('joined.matched_account_days', 'joined.account_days') }}
            as matched_account_month_share,
        joined.is_total
    from joined
    cross join benchmarks
    where
        joined.abm_tier <> 'unknown' or joined.account_days > 0
        or joined.revenue <> 0 or joined.pipeline_created <> 0
        or joined.investment <> 0 or joined.n_costs_without_rate > 0
)

select * from final
