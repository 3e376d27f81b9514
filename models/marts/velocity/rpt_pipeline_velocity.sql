with opportunities as (
    select * from {{ ref('int_opportunities_valued') }}
),

stale as (
    select * from {{ ref('int_opportunities_staled') }}
),

entities as (
    select * from {{ ref('int_velocity_entities_listed') }}
),

accounts as (
    select * from {{ ref('int_accounts_classified') }}
),

sector_benchmarks as (
    select * from {{ ref('sector_benchmarks') }}
),

-- Deals that closed in the trailing 365 days speak for cycles and win rates. One that closed on the
-- day it was created took one day; one that closed before has no cycle and still is won or lost.
closed_deals as (
    select
        opportunity_id,
        case when is_won then 1 else 0 end as won,
        case when is_lost then 1 else 0 end as lost,
        case when is_won and has_been_advanced then 1 else 0 end as won_from_advanced,
        case when is_lost and has_been_advanced then 1 else 0 end as lost_from_advanced,
        case when is_won and cycle_days < 1 then 1 when is_won then cycle_days end as cycle_days
    from opportunities
    where not is_open and {{ is_in_trailing_days('closed_on', 365) }}
),

measured as (
    select
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
        max(case when opportunities.history_basis = 'exact' then 0 else 1 end) as n_without_history,
        coalesce(sum(closed_deals.won), 0) as n_won,
        coalesce(sum(closed_deals.lost), 0) as n_lost,
        coalesce(sum(closed_deals.won_from_advanced), 0) as n_won_from_advanced,
        coalesce(sum(closed_deals.lost_from_advanced), 0) as n_lost_from_advanced,
        count(closed_deals.cycle_days) as n_cycles,
        avg(cast(closed_deals.cycle_days as {{ type_double() }})) as avg_cycle_days
    from entities
    inner join opportunities on entities.opportunity_id = opportunities.opportunity_id
    left join stale on entities.opportunity_id = stale.opportunity_id
    left join closed_deals on entities.opportunity_id = closed_deals.opportunity_id
    group by entities.entity_type, entities.entity_id, entities.fallback_sector
),

-- The median has no portable aggregate: the middle one or two of the cycles in order.
cycles as (
    select
        entities.entity_type,
        entities.entity_id,
        closed_deals.cycle_days,
        row_number() over (
            partition by entities.entity_type, entities.entity_id
            order by closed_deals.cycle_days, {{ binary_order('closed_deals.opportunity_id') }}
        ) as cycle_rank,
        count(*) over (partition by entities.entity_type, entities.entity_id) as n_cycles
    from entities
    inner join closed_deals on entities.opportunity_id = closed_deals.opportunity_id
    where closed_deals.cycle_days is not null
),

medians as (
    select
        entity_type,
        entity_id,
        avg(cast(cycle_days as {{ type_double() }})) as median_cycle_days
    from cycles
    where cycle_rank * 2 between n_cycles and n_cycles + 2
    group by entity_type, entity_id
),

-- Whose closed deals speak for an entity with fewer than 3 of its own.
based as (
    select
        measured.entity_type,
        measured.entity_id,
        case
            when measured.n_cycles >= 3 then 'own'
            when sectors.n_cycles >= 3 then 'sector'
            when wholes.n_cycles >= 1 then 'all'
        end as cycle_basis,
        case
            when measured.n_cycles >= 3 then measured.entity_type
            when sectors.n_cycles >= 3 then 'sector'
            else 'all'
        end as basis_entity_type,
        case
            when measured.n_cycles >= 3 then measured.entity_id
            when sectors.n_cycles >= 3 then sectors.entity_id
            else 'all'
        end as basis_entity_id
    from measured
    left join measured as sectors
        on sectors.entity_type = 'sector' and measured.fallback_sector = sectors.entity_id
    left join measured as wholes on wholes.entity_type = 'all'
),

-- The target of an account executive: the sectors' targets, weighted by open amount.
targets as (
    select
        entities.entity_type,
        entities.entity_id,
        cast(
            sum(opportunities.amount * sector_benchmarks.velocity_monthly) as {{ type_double() }}
        ) / nullif(sum(opportunities.amount), 0) as target_velocity_monthly
    from entities
    inner join opportunities on entities.opportunity_id = opportunities.opportunity_id
    inner join accounts on opportunities.account_id = accounts.account_id
    inner join sector_benchmarks on accounts.benchmark_sector = sector_benchmarks.sector
    where
        entities.entity_type = 'account_executive'
        and opportunities.is_open
        and opportunities.amount is not null
    group by entities.entity_type, entities.entity_id
),

joined as (
    select
        measured.entity_type,
        measured.entity_id,
        measured.n_advanced,
        measured.n_stale,
        coalesce(measured.advanced_pipeline, 0) as advanced_pipeline,
        cast(measured.advanced_pipeline as {{ type_double() }})
        / nullif(measured.n_advanced_amounts, 0) as avg_deal_size,
        measured.n_won as n_won_own,
        measured.n_without_history,
        based.cycle_basis,
        bases.n_won,
        bases.n_lost,
        bases.n_won_from_advanced,
        bases.n_lost_from_advanced,
        case when based.cycle_basis is not null then bases.avg_cycle_days end as avg_cycle_days,
        case when based.cycle_basis is not null then medians.median_cycle_days end
            as median_cycle_days,
        targets.target_velocity_monthly
    from measured
    inner join based
        on
            measured.entity_type = based.entity_type
            and measured.entity_id = based.entity_id
    inner join measured as bases
        on
            based.basis_entity_type = bases.entity_type
            and based.basis_entity_id = bases.entity_id
    left join medians
        on
            based.basis_entity_type = medians.entity_type
            and based.basis_entity_id = medians.entity_id
    left join targets
        on
            measured.entity_type = targets.entity_type
            and measured.entity_id = targets.entity_id
),

computed as (
    select
        *,
        cast(n_won as {{ type_double() }}) / nullif(n_won + n_lost, 0) as win_rate,
        cast(n_won_from_advanced as {{ type_double() }})
        / nullif(n_won_from_advanced + n_lost_from_advanced, 0) as win_rate_from_advanced,
        case
            when n_advanced = 0 then 0
            else n_advanced * avg_deal_size / (avg_cycle_days / {{ days_per_month() }})
        end as velocity_monthly,
        case
            when n_advanced = 0 then 'no_advanced_deals'
            when avg_deal_size is null then 'no_known_amount'
            when avg_cycle_days is null then 'no_won_deals'
        end as velocity_reason
    from joined
),

final as (
    select
        {{ as_of_date() }} as as_of_on,
        entity_type,
        entity_id,
        cast(n_advanced as integer) as n_advanced,
        cast(avg_deal_size as {{ type_double() }}) as avg_deal_size,
        cast(advanced_pipeline as {{ type_decimal(2) }}) as advanced_pipeline,
        avg_cycle_days,
        median_cycle_days,
        cycle_basis,
        cast(n_won as integer) as n_won,
        cast(n_lost as integer) as n_lost,
        cast(n_won_own as integer) as n_won_own,
        win_rate,
        cast(n_won_from_advanced as integer) as n_won_from_advanced,
        cast(n_lost_from_advanced as integer) as n_lost_from_advanced,
        win_rate_from_advanced,
        cast(velocity_monthly as {{ type_double() }}) as velocity_monthly,
        cast(velocity_monthly * win_rate_from_advanced as {{ type_double() }})
            as velocity_monthly_win_adjusted,
        velocity_reason,
        cast(n_stale as integer) as n_stale,
        cast(target_velocity_monthly as {{ type_double() }}) as target_velocity_monthly,
        velocity_monthly > target_velocity_monthly as is_on_target,
        cast(null as {{ type_double() }}) as velocity_previous_month,
        cast(null as {{ type_double() }}) as velocity_6_months_ago,
        cast(null as {{ type_double() }}) as velocity_change_ratio,
        case when n_without_history = 0 then 'exact' else 'current_state' end as history_basis,
        entity_type = 'all' as is_total
    from computed
)

select * from final
