select
    kpi,
    case when kpi in ('contact_coverage', 'channel_coverage') then 'per_account' else 'percent' end
        as unit,
    max(case when coverage.is_total then coverage.value end) as value,
    max(case when coverage.is_total then coverage.reason end) as reason,
    max(case when coverage.is_total then coverage.denominator end) as denominator,
    bool_and(case when coverage.is_total then coverage.is_reliable end) as is_reliable,
    max(case when coverage.abm_tier = 'one_to_one' then coverage.denominator end) as one_to_one_cases,
    bool_and(case when coverage.abm_tier = 'one_to_one' then coverage.is_reliable end)
        as is_one_to_one_reliable,
    max(case when coverage.abm_tier = 'one_to_few' then coverage.denominator end) as one_to_few_cases,
    bool_and(case when coverage.abm_tier = 'one_to_few' then coverage.is_reliable end)
        as is_one_to_few_reliable,
    max(case when coverage.abm_tier = 'one_to_many' then coverage.denominator end) as one_to_many_cases,
    bool_and(case when coverage.abm_tier = 'one_to_many' then coverage.is_reliable end)
        as is_one_to_many_reliable,
    max(case when coverage.abm_tier = 'one_to_one' then coverage.value end) as one_to_one,
    max(case when coverage.abm_tier = 'one_to_few' then coverage.value end) as one_to_few,
    max(case when coverage.abm_tier = 'one_to_many' then coverage.value end) as one_to_many,
    max(coverage.benchmark_min) as benchmark_min,
    max(coverage.benchmark_max) as benchmark_max,
    max(case when coverage.is_total then coverage.status end) as status
from marts.rpt_account_coverage as coverage
inner join audit.audit_settings using (as_of_on)
group by kpi
order by kpi
