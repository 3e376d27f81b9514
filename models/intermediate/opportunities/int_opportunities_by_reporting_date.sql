{{ config(materialized='table') }}

with daily as (
    select * from {{ ref('int_opportunities_by_day') }}
    where is_reporting_date
),

opportunities as (
    select * from {{ ref('int_opportunity_records_known') }}
),

final as (
    select
        daily.*,
        opportunities.source_system,
        opportunities.opportunity_name,
        opportunities.opportunity_type_raw
        {{ with_passthrough('opportunities', 'opportunities') }}
    from daily
    inner join opportunities on daily.opportunity_id = opportunities.opportunity_id
)

select * from final
