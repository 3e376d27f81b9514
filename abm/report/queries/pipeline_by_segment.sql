with segments as (
    select
        sector,
        account_size_tier,
        sum(n_open) as n_open,
        sum(pipeline_amount) as pipeline_amount,
        sum(advanced_amount) as advanced_amount,
        sum(pipeline_previous_month) as pipeline_previous_month,
        sector is null as is_total
    from marts.rpt_pipeline_by_segment
    group by grouping sets ((sector, account_size_tier), ())
)

select
    coalesce(segments.sector, 'all') as sector,
    coalesce(segments.account_size_tier, 'all') as account_size_tier,
    segments.n_open,
    segments.pipeline_amount,
    segments.advanced_amount,
    segments.pipeline_previous_month,
    segments.is_total
from segments
left join reference.account_size_tiers as tiers using (account_size_tier)
where segments.n_open is not null
order by segments.is_total, segments.sector, tiers.revenue_usd_lower nulls last
