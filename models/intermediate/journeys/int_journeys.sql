{{ config(materialized='table') }}

with touches as (
    select * from {{ ref('int_journey_touches') }}
),

journeys as (
    select * from {{ ref('int_journey_bounds') }}
),

accounts as (
    select * from {{ ref('int_journey_accounts') }}
),

people as (
    select * from {{ ref('int_people') }}
),

person_records as (
    select * from {{ ref('int_person_records_unified') }}
),

-- A person is a lead from their first record in any system on. Grouped with the account: an engine
-- that could join accounts last would compare every person with every journey.
leads as (
    select
        people.person_id,
        accounts.journey_account_id,
        min(person_records.created_at) as created_at
    from person_records
    inner join people on person_records.person_id = people.person_id
    inner join accounts on people.account_id = accounts.account_id
    group by people.person_id, accounts.journey_account_id
),

first_leads as (
    select
        journeys.opportunity_id,
        journeys.attribution_basis,
        min(leads.created_at) as created_at
    from journeys
    inner join leads
        on
            journeys.journey_account_id = leads.journey_account_id
            and {{ date_of('leads.created_at') }} >= journeys.lookback_from_on
            and (
                journeys.previous_won_on is null
                or {{ date_of('leads.created_at') }} > journeys.previous_won_on
            )
            and leads.created_at <= journeys.journey_ends_at
    group by journeys.opportunity_id, journeys.attribution_basis
),

newest as (
    select
        opportunity_id,
        attribution_basis,
        max(occurred_on) as newest_on
    from touches
    group by opportunity_id, attribution_basis
),

-- Whole before touches are joined: every touch is looked up once.
milestones as (
    select
        journeys.opportunity_id,
        journeys.attribution_basis,
        journeys.created_at as opportunity_created_at,
        first_leads.created_at as lead_created_at,
        newest.newest_on
    from journeys
    left join newest
        on
            journeys.opportunity_id = newest.opportunity_id
            and journeys.attribution_basis = newest.attribution_basis
    left join first_leads
        on
            journeys.opportunity_id = first_leads.opportunity_id
            and journeys.attribution_basis = first_leads.attribution_basis
),

-- Touches are summed before journeys without one are added, so that only sums are kept in memory.
summed as (
    select
        touches.opportunity_id,
        touches.attribution_basis,
        count(*) as n_touches,
        max(case
            when touches.occurred_at <= milestones.lead_created_at then touches.touch_number
        end) as lead_creation_number,
        max(case
            when touches.occurred_at <= milestones.opportunity_created_at then touches.touch_number
        end) as opportunity_creation_number,
        sum({{ time_decay('touches.occurred_on', 'milestones.newest_on') }}) as decay
    from touches
    inner join milestones
        on
            touches.opportunity_id = milestones.opportunity_id
            and touches.attribution_basis = milestones.attribution_basis
    group by touches.opportunity_id, touches.attribution_basis
),

final as (
    select
        milestones.opportunity_id,
        milestones.attribution_basis,
        coalesce(summed.n_touches, 0) as n_touches,
        milestones.newest_on,
        milestones.lead_created_at,
        summed.lead_creation_number,
        summed.opportunity_creation_number,
        summed.decay
    from milestones
    left join summed
        on
            milestones.opportunity_id = summed.opportunity_id
            and milestones.attribution_basis = summed.attribution_basis
)

select * from final
