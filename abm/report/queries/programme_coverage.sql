select
    kpi,
    case when kpi in ('contact_coverage', 'channel_coverage') then 'per_account' else 'percent' end
        as unit,
    coverage.value,
    coverage.reason,
    coverage.denominator,
    coverage.benchmark_min,
    coverage.benchmark_max,
    coverage.status
from marts.rpt_account_coverage as coverage
inner join audit.audit_settings using (as_of_on)
where coverage.is_total
order by kpi
