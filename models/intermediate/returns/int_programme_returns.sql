with results as (
    select * from {{ ref('int_programme_results') }}
),

periods as (
    select * from {{ ref('int_return_periods') }}
),

by_tier as (
    select
        periods.period,
        results.roi_basis,
        results.abm_tier,
        coalesce(sum(results.revenue), 0) as revenue,
        sum(results.weighted_opportunities) as weighted_opportunities,
        coalesce(sum(results.pipeline_created), 0) as pipeline_created,
        sum(results.n_pipeline_without_amount) as n_pipeline_without_amount
    from results
    inner join periods on results.dated_on between periods.started_on and periods.ended_on
    group by periods.period, results.roi_basis, results.abm_tier
),

final as (
    select * from by_tier

    union all

    select
        period,
        roi_basis,
        'all' as abm_tier,
        sum(revenue) as revenue,
        sum(weighted_opportunities) as weighted_opportunities,
        sum(pipeline_created) as pipeline_created,
        sum(n_pipeline_without_amount) as n_pipeline_without_amount
    from by_tier
    group by period, roi_basis
)

select * from final
