-- What the programme had to do with every opportunity: its class, and two signs of an effect.
with opportunities as (
    select * from {{ ref('int_opportunities_now') }}
),

first_touches as (
    select * from {{ ref('int_journey_touches') }}
    where attribution_basis = 'pipeline' and touch_number = 1
),

programme_touches as (
    select * from {{ ref('int_opportunity_programme_touches') }}
),

accounts as (
    select * from {{ ref('int_accounts') }}
),

sector_cycles as (
    select * from {{ ref('int_sector_cycles') }}
),

enlarged as (
    select * from {{ ref('int_opportunities_enlarged') }}
),

final as (
    select
        opportunities.opportunity_id,
        case
            when
                opportunities.is_abm_at_creation
                and first_touches.is_abm_touch
                and first_touches.occurred_at < opportunities.created_at
                then 'sourced'
            when programme_touches.first_engaged_at is not null then 'influenced'
            else 'untouched'
        end as sourcing_class,
        case
            when opportunities.is_won
                then opportunities.cycle_days < sector_cycles.median_cycle_days
            else false
        end as is_accelerated,
        enlarged.is_enlarged
    from opportunities
    left join first_touches on opportunities.opportunity_id = first_touches.opportunity_id
    left join programme_touches
        on opportunities.opportunity_id = programme_touches.opportunity_id
    left join accounts on opportunities.account_id = accounts.account_id
    left join sector_cycles on accounts.sector = sector_cycles.sector
    left join enlarged on opportunities.opportunity_id = enlarged.opportunity_id
)

select * from final
