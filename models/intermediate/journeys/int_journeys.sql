{{ config(materialized='table') }}

with touches as (
    select * from {{ ref('int_journey_touches') }}
),

journeys as (
    select * from {{ ref('int_journey_bounds') }}
),

leads as (
    select * from {{ ref('int_journey_leads_dated') }}
),

newest as (
    select
        opportunity_id,
        attribution_basis,
        max(occurred_on) as newest_on
    from touches
    group by opportunity_id, attribution_basis
),

final as (
    select
        touches.opportunity_id,
        touches.attribution_basis,
        count(*) as n_touches,
        max(newest.newest_on) as newest_on,
        max(case when touches.occurred_at <= leads.lead_created_at then touches.touch_number end)
            as lead_creation_number,
        max(case when touches.occurred_at <= journeys.created_at then touches.touch_number end)
            as opportunity_creation_number,
        sum({{ time_decay('touches.occurred_on', 'newest.newest_on') }}) as decay
    from touches
    inner join newest
        on
            touches.opportunity_id = newest.opportunity_id
            and touches.attribution_basis = newest.attribution_basis
    inner join journeys
        on
            touches.opportunity_id = journeys.opportunity_id
            and touches.attribution_basis = journeys.attribution_basis
    left join leads
        on
            touches.opportunity_id = leads.opportunity_id
            and touches.attribution_basis = leads.attribution_basis
    group by touches.opportunity_id, touches.attribution_basis
)

select * from final
