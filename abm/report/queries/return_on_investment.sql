select
    period,
    roi_basis,
    revenue,
    investment,
    abm_roi_pct,
    roi_reason,
    benchmark_min_pct,
    benchmark_max_pct,
    evidence_grade
from marts.rpt_abm_roi
where abm_tier = 'all' and period in ('programme_to_date', 'trailing_365_days')
order by
    period,
    case roi_basis when 'all_abm_accounts' then 1 when 'sourced' then 2 when 'attributed' then 3 else 4 end
