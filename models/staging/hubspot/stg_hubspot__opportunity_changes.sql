-- Stages and amounts have histories of their own: a change is a moment of either, with the stage
-- and the amount in force then. A deal without past amounts always had the present one.
{{ config(materialized='view') }}

with deals as (
    select * from {{ ref('stg_hubspot__deals') }}
),

deal_stages as (
    select * from {{ ref('stg_hubspot__deal_stages') }}
),

deal_values as (
    select * from {{ ref('stg_hubspot__deal_property_history') }}
    where property_name = 'amount'
),

stage_names as (
    select * from {{ ref('stg_hubspot__stages_named') }}
),

stages as (
    select
        deal_id,
        stage_id,
        entered_at,
        lead(entered_at) over (
            partition by deal_id order by entered_at, recorded_at, stage_id
        ) as left_at
    from deal_stages
    where entered_at is not null
),

amounts as (
    select
        deal_id,
        {{ double_as_decimal(number_in('property_value'), 2) }} as amount,
        changed_at,
        lead(changed_at) over (
            partition by deal_id order by changed_at, property_value
        ) as replaced_at
    from deal_values
),

with_amounts as (
    select distinct deal_id
    from amounts
),

moments as (
    select
        deal_id,
        entered_at as changed_at
    from stages

    union distinct

    select
        deal_id,
        changed_at
    from amounts
),

final as (
    select
        {{ joined_key(['moments.deal_id', 'moments.changed_at']) }} as opportunity_change_id,
        cast(moments.deal_id as {{ dbt.type_string() }}) as opportunity_id,
        coalesce(stage_names.stage_name, stages.stage_id) as stage_name,
        case when with_amounts.deal_id is null then deals.amount else amounts.amount end as amount,
        deals.close_on,
        moments.changed_at
    from moments
    inner join deals on moments.deal_id = deals.deal_id
    inner join stages
        on
            moments.deal_id = stages.deal_id
            and moments.changed_at >= stages.entered_at
            and (stages.left_at is null or moments.changed_at < stages.left_at)
    left join amounts
        on
            moments.deal_id = amounts.deal_id
            and moments.changed_at >= amounts.changed_at
            and (amounts.replaced_at is null or moments.changed_at < amounts.replaced_at)
    left join with_amounts on moments.deal_id = with_amounts.deal_id
    left join stage_names
        -- History states no pipeline: an id in two of them is the stage in the deal's own.
        on
            stages.stage_id = stage_names.stage_id
            and (stage_names.is_id_unique or deals.pipeline_id = stage_names.pipeline_id)
)

select * from final
