select
    kpi,
    kpis.unit,
    max(case when abm_tier = 'one_to_one' then kpis.value end) as one_to_one,
    max(case when abm_tier = 'one_to_one' then kpis.status end) as one_to_one_status,
    max(case when abm_tier = 'one_to_one' then kpis.n_observations end) as one_to_one_cases,
    bool_and(case when abm_tier = 'one_to_one' then kpis.is_reliable end) as is_one_to_one_reliable,
    max(case when abm_tier = 'one_to_few' then kpis.value end) as one_to_few,
    max(case when abm_tier = 'one_to_few' then kpis.status end) as one_to_few_status,
    max(case when abm_tier = 'one_to_few' then kpis.n_observations end) as one_to_few_cases,
    bool_and(case when abm_tier = 'one_to_few' then kpis.is_reliable end) as is_one_to_few_reliable,
    max(case when abm_tier = 'one_to_many' then kpis.value end) as one_to_many,
    max(case when abm_tier = 'one_to_many' then kpis.status end) as one_to_many_status,
    max(case when abm_tier = 'one_to_many' then kpis.n_observations end) as one_to_many_cases,
    bool_and(case when abm_tier = 'one_to_many' then kpis.is_reliable end) as is_one_to_many_reliable
from marts.rpt_programme_kpis as kpis
left join reference.programme_stages as stages using (programme_stage)
where abm_tier in ('one_to_one', 'one_to_few', 'one_to_many')
group by kpi, kpis.unit, stages.stage_order
order by stages.stage_order, kpi
