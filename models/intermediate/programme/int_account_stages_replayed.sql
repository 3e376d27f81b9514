-- The stage of every account on the as-of date and on every month end: the highest that it held.
{{ config(materialized='table') }}

with held as (
    select * from {{ ref('int_account_stages_by_reporting_date') }}
),

journey_stages as (
    select * from {{ ref('journey_stages') }}
),

ranked as (
    select
        held.as_of_on,
        held.account_id,
        held.stage,
        journey_stages.stage_order,
        row_number() over (
            partition by held.as_of_on, held.account_id
            order by journey_stages.stage_order desc
        ) as stage_rank
    from held
    inner join journey_stages on held.stage = journey_stages.stage
),

final as (
    select
        as_of_on,
        account_id,
        stage,
        stage_order
    from ranked
    where stage_rank = 1
)

select * from final
