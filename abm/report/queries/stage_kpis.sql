select
    stages.label_en,
    stages.label_fr,
    kpi,
    unit,
    value,
    reason,
    target_min,
    target_max,
    denominator,
    status
from marts.rpt_programme_kpis
inner join reference.programme_stages as stages using (programme_stage)
where is_total
order by stages.stage_order, kpi
