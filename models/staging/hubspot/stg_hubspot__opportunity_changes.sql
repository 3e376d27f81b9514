-- Stages, amounts and close dates have histories of their own: a change is a moment of any, with
-- what is in force then. A deal without past amounts or close dates always had the present one.
{{ config(materialized='view') }}

with deals as (
    select * from {{ ref('stg_hubspot__deals') }}
),

deal_stages as (
    select * from {{ ref('stg_hubspot__deal_stage_entries') }}
),

deal_values as (
    select * from {{ ref('stg_hubspot__deal_property_history') }}
    where property_name in ('amount', 'closedate')
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
            partition by deal_id order by entered_at, recorded_at, {{ binary_order('stage_id') }}
        ) as left_at
    from deal_stages
    where entered_at is not null
),

-- HubSpot spells a past close date as milliseconds, exports also as a moment.
past_values as (
    select
        deal_id,
        property_name,
        {{ double_as_decimal(number_in('property_value'), 2) }} as amount,
        {{ moment_in('property_value') }} as closes_at,
        changed_at,
        lead(changed_at) over (
            partition by deal_id, property_name
            order by changed_at, {{ binary_order('property_value') }}
        ) as replaced_at
    from deal_values
),

amounts as (select * from past_values where property_name = 'amount'),

close_dates as (select * from past_values where property_name = 'closedate'),

with_past_values as (
    select
        deal_id,
        max(case when property_name = 'amount' then 1 else 0 end) = 1 as has_amounts,
        max(case when property_name = 'closedate' then 1 else 0 end) = 1 as has_close_dates
    from past_values
    group by deal_id
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
    from past_values
),

final as (
    select
        {{ joined_key(['moments.deal_id', 'moments.changed_at']) }} as opportunity_change_id,
        cast(moments.deal_id as {{ dbt.type_string() }}) as opportunity_id,
        coalesce(stage_names.stage_name, stages.stage_id) as stage_name,
        case when with_past_values.has_amounts then amounts.amount else deals.amount end as amount,
        case
            when with_past_values.has_close_dates
                then {{ local_date_of('close_dates.closes_at', var('hubspot_time_zone')) }}
            else deals.close_on
        end as close_on,
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
    left join close_dates
        on
            moments.deal_id = close_dates.deal_id
            and moments.changed_at >= close_dates.changed_at
            and (
                close_dates.replaced_at is null or moments.changed_at < close_dates.replaced_at
            )
    left join with_past_values on moments.deal_id = with_past_values.deal_id
    left join stage_names
        -- History states no pipeline: an id in two of them is the stage in the deal's own.
        on
            stages.stage_id = stage_names.stage_id
            and (stage_names.is_id_unique or deals.pipeline_id = stage_names.pipeline_id)
)

select * from final
