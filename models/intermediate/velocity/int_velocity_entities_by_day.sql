{{ config(materialized='table') }}

with opportunities as (
    select * from {{ ref('int_opportunities_by_day') }}
),

stale as (
    select * from {{ ref('int_stale_opportunities_by_reporting_date') }}
),

entities as (
    select * from {{ ref('int_velocity_deals_by_day') }}
),

-- Deals that closed in the trailing 365 days speak for cycles and win rates. One that closed on the
-- day it was created took one day; one that closed before has no cycle and still is won or lost.
closed_deals as (
    select
        as_of_on,
        opportunity_id,
        case when is_won then 1 else 0 end as won,
        case when is_lost then 1 else 0 end as lost,
        case when is_won and has_been_advanced then 1 else 0 end as won_from_advanced,
        case when is_lost and has_been_advanced then 1 else 0 end as lost_from_advanced,
        case when is_won and cycle_days < 1 then 1 when is_won then cycle_days end as cycle_days
    from opportunities
    where not is_open and {{ is_in_trailing_days('closed_on', 365, 'as_of_on') }}
),

counted as (
    select
        entities.as_of_on,
        entities.entity_type,
        entities.entity_id,
        entities.fallback_sector,
        sum(case when opportunities.is_advanced then 1 else 0 end) as n_advanced,
        sum(case when opportunities.is_advanced then opportunities.amount end)
            as advanced_pipeline,
        count(case when opportunities.is_advanced then opportunities.amount end)
            as n_advanced_amounts,
        sum(
            case
                when opportunities.is_advanced and stale.opportunity_id is not null then 1
                else 0
            end
        ) as n_stale,
        sum(case when opportunities.history_basis = 'exact' then 0 else 1 end) as n_without_history,
        coalesce(sum(closed_deals.won), 0) as n_won,
        coalesce(sum(closed_deals.lost), 0) as n_lost,
        coalesce(sum(closed_deals.won_from_advanced), 0) as n_won_from_advanced,
        coalesce(sum(closed_deals.lost_from_advanced), 0) as n_lost_from_advanced,
        count(closed_deals.cycle_days) as n_cycles,
        avg(cast(closed_deals.cycle_days as {{ type_double() }})) as avg_cycle_days
    from entities
    inner join opportunities
        on
            entities.opportunity_id = opportunities.opportunity_id
            and entities.as_of_on = opportunities.as_of_on
    left join stale
        on
            entities.opportunity_id = stale.opportunity_id
            and entities.as_of_on = stale.as_of_on
    left join closed_deals
        on
            entities.opportunity_id = closed_deals.opportunity_id
            and entities.as_of_on = closed_deals.as_of_on
    group by
        entities.as_of_on, entities.entity_type, entities.entity_id, entities.fallback_sector
),

cycles as (
    select
        entities.as_of_on,
        entities.entity_type,
        entities.entity_id,
        closed_deals.cycle_days,
        row_number() over (
            partition by entities.as_of_on, entities.entity_type, entities.entity_id
            order by closed_deals.cycle_days, {{ binary_order('closed_deals.opportunity_id') }}
        ) as cycle_rank,
        count(*) over (
            partition by entities.as_of_on, entities.entity_type, entities.entity_id
        ) as n_cycles
    from entities
    inner join closed_deals
        on
            entities.opportunity_id = closed_deals.opportunity_id
            and entities.as_of_on = closed_deals.as_of_on
    where closed_deals.cycle_days is not null
),

medians as (
    select
        as_of_on,
        entity_type,
        entity_id,
        avg(cast(cycle_days as {{ type_double() }})) as median_cycle_days
    from cycles
    where {{ is_middle_row('cycle_rank', 'n_cycles') }}
    group by as_of_on, entity_type, entity_id
),

final as (
    select
        counted.*,
        medians.median_cycle_days
    from counted
    left join medians
        on
            counted.as_of_on = medians.as_of_on
            and counted.entity_type = medians.entity_type
            and counted.entity_id = medians.entity_id
)

select * from final
