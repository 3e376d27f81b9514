select
    period,
    roi_basis,
    revenue,
    investment,
    abm_roi_pct,
    weighted_opportunities,
    is_reliable,
    roi_reason,
    benchmark_min_pct,
    benchmark_max_pct,
    evidence_grade,
    pipeline_created,
    benchmark_investment_min,
    benchmark_investment_max,
    benchmark_pipeline_min,
    benchmark_pipeline_max,
    benchmark_pipeline_open_from
from marts.rpt_abm_roi
where abm_tier = 'all' and period in ('programme_to_date', 'trailing_365_days')
order by
    period,
    list_position(['all_abm_accounts', 'sourced', 'attributed', 'matched_estimate'], roi_basis)
