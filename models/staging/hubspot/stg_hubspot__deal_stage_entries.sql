-- When a deal entered its stages: a loader without a table of that delivers the stage among the
-- deal's past values.
{{ config(materialized='view') }}

with deal_stages as (
    select * from {{ ref('stg_hubspot__deal_stages') }}
),

past_values as (
    select * from {{ ref('stg_hubspot__deal_property_history') }}
),

final as (
    select
        deal_id,
        stage_id,
        entered_at,
        recorded_at
    from deal_stages

    union all

    select
        deal_id,
        property_value as stage_id,
        changed_at as entered_at,
        changed_at as recorded_at
    from past_values
    where
        property_name = 'dealstage'
        and deal_id not in (select deal_id from deal_stages where deal_id is not null)
)

select * from final
