select
    stages.label_en,
    stages.label_fr,
    kpi,
    unit,
    value,
    reason,
    target_min,
    target_max,
    case when status = 'above' and target_min is not null then 'above_range' else status end
        as status
from marts.rpt_programme_kpis
inner join reference.programme_stages as stages using (programme_stage)
where is_total
order by stages.stage_order, kpi
