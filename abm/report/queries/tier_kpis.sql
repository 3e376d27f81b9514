with kpis as (
    select
        *,
        case when status = 'above' and target_min is not null then 'above_range' else status end
            as said_status
    from marts.rpt_programme_kpis
    where abm_tier in ('one_to_one', 'one_to_few', 'one_to_many')
)

select
    kpi,
    kpis.unit,
    max(case when abm_tier = 'one_to_one' then kpis.value end) as one_to_one,
    max(case when abm_tier = 'one_to_one' then kpis.said_status end) as one_to_one_status,
    max(case when abm_tier = 'one_to_few' then kpis.value end) as one_to_few,
    max(case when abm_tier = 'one_to_few' then kpis.said_status end) as one_to_few_status,
    max(case when abm_tier = 'one_to_many' then kpis.value end) as one_to_many,
    max(case when abm_tier = 'one_to_many' then kpis.said_status end) as one_to_many_status
from kpis
left join reference.programme_stages as stages using (programme_stage)
group by kpi, kpis.unit, stages.stage_order
order by stages.stage_order, kpi
