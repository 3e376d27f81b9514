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

versions as (
    select * from {{ ref('int_opportunity_versions') }}
    where history_basis = 'exact'
),

-- What a deal was at first, or at the first touch after its creation, is known from its history
-- alone: one without history is as it stands now, not as it stood then.
first_numbers as (
    select
        opportunity_id,
        min(version_number) as version_number
    from versions
    group by opportunity_id
),

first_versions as (
    select versions.*
    from versions
    inner join first_numbers
        on
            versions.opportunity_id = first_numbers.opportunity_id
            and versions.version_number = first_numbers.version_number
),

numbers_then as (
    select
        programme_touches.opportunity_id,
        max(versions.version_number) as version_number
    from programme_touches
    inner join versions
        on
            programme_touches.opportunity_id = versions.opportunity_id
            and programme_touches.first_touched_after_creation_at >= versions.valid_from_at
    group by programme_touches.opportunity_id
),

versions_then as (
    select versions.*
    from versions
    inner join numbers_then
        on
            versions.opportunity_id = numbers_then.opportunity_id
            and versions.version_number = numbers_then.version_number
),

final as (
    select
        opportunities.opportunity_id,
        case
            when opportunities.opportunity_type = 'renewal' then 'renewal'
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
        case
            when programme_touches.first_touched_after_creation_at is null then false
            else opportunities.original_amount > versions_then.amount
        end as is_enlarged,
        opportunities.original_amount > first_versions.amount as is_above_first_amount
    from opportunities
    left join first_touches on opportunities.opportunity_id = first_touches.opportunity_id
    left join programme_touches
        on opportunities.opportunity_id = programme_touches.opportunity_id
    left join accounts on opportunities.account_id = accounts.account_id
    left join sector_cycles on accounts.sector = sector_cycles.sector
    left join first_versions on opportunities.opportunity_id = first_versions.opportunity_id
    left join versions_then on opportunities.opportunity_id = versions_then.opportunity_id
)

select * from final
