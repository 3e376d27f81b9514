select
    metric,
    raw.unit,
    raw.abm_value,
    raw.non_abm_value,
    case when raw.unit <> 'share' then raw.difference end as difference,
    raw.n_abm,
    raw.n_non_abm,
    raw.uplift_ratio as raw_uplift_ratio,
    raw.reason as raw_reason,
    least(raw.n_abm, raw.n_non_abm) as n_least,
    raw.is_reliable,
    least(matched.n_abm, matched.n_non_abm) as n_matched_least,
    matched.is_reliable as is_matched_reliable,
    matched.uplift_ratio,
    matched.reason,
    matched.ci_low,
    matched.ci_high,
    raw.benchmark_uplift_ratio
from marts.rpt_abm_vs_non_abm as raw
left join marts.rpt_abm_vs_non_abm as matched using (metric)
where raw.method = 'raw' and matched.method = 'matched'
