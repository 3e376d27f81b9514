select
    stage_name,
    sum(n_open) as n_open,
    sum(pipeline_amount) as pipeline_amount,
    sum(n_open_previous_month) as n_open_previous_month,
    sum(pipeline_previous_month) as pipeline_previous_month
from marts.rpt_pipeline_by_segment
group by stage_name
order by min(stage_order) nulls last, stage_name
