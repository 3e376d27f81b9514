-- A stage is known by its label; where several stages share one, by its pipeline's too, because a
-- label may be won in one pipeline and open in another.
{{ config(materialized='view') }}

with pipeline_stages as (
    select * from {{ ref('stg_hubspot__deal_pipeline_stages') }}
),

pipelines as (
    select * from {{ ref('stg_hubspot__deal_pipelines') }}
),

labels as (
    select
        stage_label,
        count(*) as n_stages
    from pipeline_stages
    group by stage_label
),

final as (
    select
        pipeline_stages.stage_id,
        pipeline_stages.pipeline_id,
        case
            when labels.n_stages > 1
                then
                    pipeline_stages.stage_label || ' ('
                    || coalesce(pipelines.pipeline_name, pipeline_stages.pipeline_id, 'no pipeline')
                    || ')'
            else pipeline_stages.stage_label
        end as stage_name,
        pipeline_stages.stage_label,
        pipeline_stages.probability,
        pipeline_stages.display_order,
        pipeline_stages.is_closed,
        pipeline_stages.is_won,
        count(*) over (partition by pipeline_stages.stage_id) = 1 as is_id_unique
    from pipeline_stages
    left join labels on pipeline_stages.stage_label = labels.stage_label
    left join pipelines on pipeline_stages.pipeline_id = pipelines.pipeline_id
)

select * from final
