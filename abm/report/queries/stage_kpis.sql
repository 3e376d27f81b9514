select
    stages.label_en,
    stages.label_fr,
    kpi,
    unit,
    value,
    reason,
    target_min,
    target_max,
    -- Of the return it is the investment, which is no number of cases.
    case when kpi <> 'abm_roi_pct' then denominator end as denominator,
    status,
    n_observations,
    is_reliable
from marts.rpt_programme_kpis
inner join reference.programme_stages as stages using (programme_stage)
where is_total
order by stages.stage_order, kpi
