with opportunities as (
    select * from {{ ref('int_opportunities_valued') }}
    where is_won and opportunity_type <> 'renewal'
),

memberships as (
    select * from {{ ref('int_account_memberships_joined') }}
),

investments as (
    select * from {{ ref('int_investments_valued') }}
    where programme = 'abm' and in_roi
),

roi_benchmark as (
    select
        max(value_min) as benchmark_min_pct,
        max(value_max) as benchmark_max_pct
    from {{ ref('benchmarks') }}
    where benchmark_id = 'abm_roi'
),

won_in_programme as (
    select
        memberships.abm_tier,
        opportunities.closed_on as dated_on,
        opportunities.amount as revenue,
        0 as investment
    from opportunities
    inner join memberships
        on
            opportunities.account_id = memberships.account_id
            and {{ is_valid_on(
                'opportunities.closed_on', 'memberships.valid_from_on', 'memberships.valid_to_on'
            ) }}
),

entries as (
    select
        abm_tier,
        dated_on,
        revenue,
        investment
    from won_in_programme

    union all

    select
        abm_tier,
        month_start_on as dated_on,
        0 as revenue,
        amount as investment
    from investments
),

-- The first two rows are there whatever happened, so that an empty programme says so.
entries_by_period as (
    select
        'programme_to_date' as period,
        cast(null as {{ dbt.type_string() }}) as abm_tier,
        0 as revenue,
        0 as investment

    union all

    select
        'trailing_365_days' as period,
        null as abm_tier,
        0 as revenue,
        0 as investment

    union all

    select
        'programme_to_date' as period,
        abm_tier,
        revenue,
        investment
    from entries

    union all

    select
        'trailing_365_days' as period,
        abm_tier,
        revenue,
        investment
    from entries
    where {{ is_in_trailing_days('dated_on', 365) }}

    union all

    select
        {{ quarter_label('dated_on') }} as period,
        abm_tier,
        revenue,
        investment
    from entries
),

-- A tier that is none of the three is unknown; a ledger line without one is shared.
sums as (
    select
        period,
        case
            when abm_tier in ('one_to_one', 'one_to_few', 'one_to_many') then abm_tier
            when abm_tier is not null then 'unknown'
        end as abm_tier,
        coalesce(sum(revenue), 0) as revenue,
        coalesce(sum(investment), 0) as investment
    from entries_by_period
    group by
        period,
        case
            when abm_tier in ('one_to_one', 'one_to_few', 'one_to_many') then abm_tier
            when abm_tier is not null then 'unknown'
        end
),

periods as (
    select
        period,
        coalesce(sum(revenue), 0) as revenue,
        coalesce(sum(investment), 0) as investment
    from sums
    group by period
),

-- Cost without a tier is shared by the accounts in the programme.
tiers as (
    select
        tier_names.abm_tier,
        count(members.account_id) as n_sharers
    from (
        select 'one_to_one' as abm_tier
        union all
        select 'one_to_few' as abm_tier
        union all
        select 'one_to_many' as abm_tier
        union all
        select 'unknown' as abm_tier
    ) as tier_names
    left join (
        select
            account_id,
            abm_tier
        from memberships
        where {{ is_valid_on(as_of_date(), 'valid_from_on', 'valid_to_on') }}
    ) as members on tier_names.abm_tier = members.abm_tier
    group by tier_names.abm_tier
),

cumulated as (
    select
        abm_tier,
        n_sharers,
        sum(n_sharers) over (
            partition by 1
            order by abm_tier
            rows between unbounded preceding and current row
        ) as n_cumulated,
        sum(n_sharers) over (partition by 1) as n_all
    from tiers
),

by_tier as (
    select
        periods.period,
        cumulated.abm_tier,
        coalesce(own.revenue, 0) as revenue,
        coalesce(own.investment, 0)
        + case
            when cumulated.n_all > 0
                then {{ shared_cost('shared.investment', 'cumulated') }}
            when cumulated.abm_tier = 'unknown' then coalesce(shared.investment, 0)
            else 0
        end as investment,
        false as is_total
    from periods
    cross join cumulated
    left join sums as own
        on periods.period = own.period and cumulated.abm_tier = own.abm_tier
    left join sums as shared on periods.period = shared.period and shared.abm_tier is null

    union all

    select
        period,
        'all' as abm_tier,
        revenue,
        investment,
        true as is_total
    from periods
),

final as (
    select
        by_tier.period,
        by_tier.abm_tier,
        'all_abm_accounts' as roi_basis,
        cast(by_tier.revenue as {{ type_decimal(2) }}) as revenue,
        cast(by_tier.investment as {{ type_decimal(2) }}) as investment,
        {{ percentage('(by_tier.revenue - by_tier.investment)', 'by_tier.investment') }}
            as abm_roi_pct,
        case when by_tier.investment = 0 then 'no_investment' end as roi_reason,
        'accounting' as evidence_grade,
        roi_benchmark.benchmark_min_pct,
        roi_benchmark.benchmark_max_pct,
        by_tier.is_total
    from by_tier
    cross join roi_benchmark
    where by_tier.abm_tier <> 'unknown' or by_tier.revenue <> 0 or by_tier.investment <> 0
)

select * from final
