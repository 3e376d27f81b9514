-- The target of an account executive: the sectors' benchmarks, weighted by open amount.
with opportunities as (
    select * from {{ ref('int_opportunities_by_reporting_date') }}
    where is_open and amount is not null
),

entities as (
    select * from {{ ref('int_velocity_deals_by_reporting_date') }}
    where entity_type = 'account_executive'
),

accounts as (
    select * from {{ ref('int_accounts') }}
),

sector_benchmarks as (
    select * from {{ ref('int_sector_benchmarks') }}
),

final as (
    select
        entities.as_of_on,
        entities.entity_type,
        entities.entity_id,
        case
            when count(sector_benchmarks.velocity_monthly) = count(*)
                then
                    cast(
                        sum(opportunities.amount * sector_benchmarks.velocity_monthly)
                        as {{ type_double() }}
                    ) / nullif(sum(opportunities.amount), 0)
        end as target_velocity_monthly
    from entities
    inner join opportunities
        on
            entities.opportunity_id = opportunities.opportunity_id
            and entities.as_of_on = opportunities.as_of_on
    inner join accounts on opportunities.account_id = accounts.account_id
    inner join sector_benchmarks on accounts.benchmark_sector = sector_benchmarks.sector
    group by entities.as_of_on, entities.entity_type, entities.entity_id
)

select * from final
