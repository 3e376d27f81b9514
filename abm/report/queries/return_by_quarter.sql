select
    make_date(
        cast(left(period, 4) as integer), 3 * cast(right(period, 1) as integer) - 2, 1
    ) as quarter_start_on,
    max(investment) as investment,
    max(case when roi_basis = 'sourced' then revenue end) as sourced_revenue,
    max(case when roi_basis = 'all_abm_accounts' then abm_roi_pct end) as all_abm_accounts_pct,
    max(case when roi_basis = 'sourced' then abm_roi_pct end) as sourced_pct,
    max(case when roi_basis = 'attributed' then abm_roi_pct end) as attributed_pct,
    max(case when roi_basis = 'matched_estimate' then abm_roi_pct end) as matched_pct,
    max(case when roi_basis = 'all_abm_accounts' then weighted_opportunities end) as all_abm_accounts_cases,
    bool_and(case when roi_basis = 'all_abm_accounts' then is_reliable end) as is_all_abm_accounts_reliable,
    max(case when roi_basis = 'sourced' then weighted_opportunities end) as sourced_cases,
    bool_and(case when roi_basis = 'sourced' then is_reliable end) as is_sourced_reliable,
    max(case when roi_basis = 'attributed' then weighted_opportunities end) as attributed_cases,
    bool_and(case when roi_basis = 'attributed' then is_reliable end) as is_attributed_reliable,
    max(case when roi_basis = 'matched_estimate' then weighted_opportunities end) as matched_cases,
    bool_and(case when roi_basis = 'matched_estimate' then is_reliable end) as is_matched_reliable,
    max(case when roi_basis = 'matched_estimate' then roi_reason end) as matched_reason,
    max(case when roi_basis = 'sourced' then roi_reason end) as reason
from marts.rpt_abm_roi
where is_total and contains(period, '-Q')
group by period
order by quarter_start_on desc
limit 8
