{{ config(materialized='table') }}

with measured as (
    select * from {{ ref('int_velocity_entities_by_day') }}
),

bases as (
    select * from {{ ref('int_velocity_bases_by_day') }}
),

deals as (
    select * from {{ ref('int_velocity_deals_by_day') }}
    where entity_type = 'account_executive' and is_open and amount is not null
),

accounts as (
    select * from {{ ref('int_accounts') }}
),

sector_benchmarks as (
    select * from {{ ref('int_sector_benchmarks') }}
),

-- The target of an account executive: the sectors' benchmarks, weighted by open amount.
targets as (
    select
        deals.as_of_on,
        deals.entity_type,
        deals.entity_id,
        case
            when count(sector_benchmarks.velocity_monthly) = count(*)
                then
                    cast(
                        sum(deals.amount * sector_benchmarks.velocity_monthly)
                        as {{ type_double() }}
                    ) / nullif(sum(deals.amount), 0)
        end as target_velocity_monthly,
        sum(case when accounts.is_benchmark_fallback then deals.amount else 0 end)
            as fallback_amount,
        sum(deals.amount) as target_amount
    from deals
    inner join accounts on deals.account_id = accounts.account_id
    inner join sector_benchmarks on accounts.benchmark_sector = sector_benchmarks.sector
    group by deals.as_of_on, deals.entity_type, deals.entity_id
),

joined as (
    select
        measured.as_of_on,
        measured.entity_type,
        measured.entity_id,
        measured.n_advanced,
        measured.n_stale,
        coalesce(measured.advanced_pipeline, 0) as advanced_pipeline,
        cast(measured.advanced_pipeline as {{ type_double() }})
        / nullif(measured.n_advanced_amounts, 0) as avg_deal_size,
        measured.n_won as n_won_own,
        measured.n_without_history,
        bases.cycle_basis,
        bases.n_won,
        bases.n_lost,
        bases.n_won_from_advanced,
        bases.n_lost_from_advanced,
        bases.avg_cycle_days,
        bases.median_cycle_days,
        targets.target_velocity_monthly,
        case
            when targets.target_velocity_monthly is not null
                then {{ share_of('targets.fallback_amount', 'targets.target_amount') }}
        end as target_fallback_share
    from measured
    inner join bases
        on
            measured.as_of_on = bases.as_of_on
            and measured.entity_type = bases.entity_type
            and measured.entity_id = bases.entity_id
    left join targets
        on
            measured.as_of_on = targets.as_of_on
            and measured.entity_type = targets.entity_type
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
        end as velocity_reason,
        {{ has_enough('velocity', 'n_advanced') }} as is_reliable,
        {{ has_enough('deals', 'n_won + n_lost') }} as is_win_rate_reliable
    from joined
),

final as (
    select
        *,
        velocity_monthly * win_rate_from_advanced as velocity_monthly_win_adjusted,
        case when is_reliable then velocity_monthly > target_velocity_monthly end as is_on_target,
        case when n_without_history = 0 then 'exact' else 'current_state' end as history_basis
    from computed
)

select * from final
