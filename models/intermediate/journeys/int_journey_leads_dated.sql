-- A person is a lead from their first record in any system on.
with journeys as (
    select * from {{ ref('int_journey_bounds') }}
),

person_records as (
    select * from {{ ref('int_person_records_unified') }}
),

people as (
    select * from {{ ref('int_people') }}
),

accounts as (
    select * from {{ ref('int_journey_accounts') }}
),

created as (
    select
        person_id,
        min(created_at) as created_at
    from person_records
    group by person_id
),

leads as (
    select
        accounts.journey_account_id,
        created.created_at
    from created
    inner join people on created.person_id = people.person_id
    inner join accounts on people.account_id = accounts.account_id
),

final as (
    select
        journeys.opportunity_id,
        journeys.attribution_basis,
        min(leads.created_at) as lead_created_at
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
)

select * from final
