with stages as (
    select
        stage_name,
        sum(n_open) as n_open,
        sum(pipeline_amount) as pipeline_amount,
        sum(n_open_previous_month) as n_open_previous_month,
        sum(pipeline_previous_month) as pipeline_previous_month,
        min(stage_order) as stage_order,
        grouping(stage_name) = 1 as is_total
    from marts.rpt_pipeline_by_segment
    group by grouping sets ((stage_name), ())
)

select
    coalesce(stages.stage_name, totals.label_en) as stage_en,
    coalesce(stages.stage_name, totals.label_fr) as stage_fr,
    stages.n_open,
    stages.pipeline_amount,
    stages.n_open_previous_month,
    stages.pipeline_previous_month,
    stages.is_total
from stages
left join reference.labels as totals
    on stages.is_total and totals.domain = 'programme' and totals.code = 'all'
where stages.n_open is not null
order by stages.is_total, stages.stage_order nulls last, stages.stage_name
