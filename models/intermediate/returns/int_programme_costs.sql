with periods as (
    select * from {{ ref('int_return_periods') }}
),

investments as (
    select * from {{ ref('int_investments') }}
    where programme = 'abm' and in_roi
),

memberships as (
    select * from {{ ref('int_account_memberships') }}
    where {{ is_valid_on(as_of_date(), 'valid_from_on', 'valid_to_on') }}
),

tiers as (
    {%- for abm_tier in ['one_to_one', 'one_to_few', 'one_to_many', 'unknown'] %}
    select '{{ abm_tier }}' as abm_tier
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

counted as (
    select
        tiers.abm_tier,
        count(memberships.account_id) as n_sharers
    from tiers
    left join memberships on tiers.abm_tier = memberships.abm_tier
    group by tiers.abm_tier
),

-- Cost that names no tier is shared by the accounts in the programme; where nobody is in it, that
-- cost is of unknown tier.
sharers as (
    select
        abm_tier,
        n_sharers,
        sum(n_sharers) over (
            partition by 1
            order by {{ binary_order('abm_tier') }}
            rows between unbounded preceding and current row
        ) as n_cumulated,
        sum(n_sharers) over (partition by 1) as n_all
    from counted
),

costs as (
    select
        periods.period,
        {{ reported_abm_tier('investments.abm_tier') }} as abm_tier,
        sum(investments.amount) as investment,
        sum(case when investments.is_without_rate then 1 else 0 end) as n_costs_without_rate
    from investments
    inner join periods
        on investments.month_start_on between periods.started_on and periods.ended_on
    group by periods.period, {{ reported_abm_tier('investments.abm_tier') }}
),

-- Whoever shares a cost without a rate has a cost that nobody knows.
by_tier as (
    select
        periods.period,
        sharers.abm_tier,
        coalesce(own.investment, 0)
        + case
            when sharers.n_all > 0
                then {{ shared_cost('shared.investment', 'sharers') }}
            when sharers.abm_tier = 'unknown' then coalesce(shared.investment, 0)
            else 0
        end as investment,
        coalesce(own.n_costs_without_rate, 0)
        + case
            when
                sharers.n_sharers > 0
                or (sharers.n_all = 0 and sharers.abm_tier = 'unknown')
                then coalesce(shared.n_costs_without_rate, 0)
            else 0
        end as n_costs_without_rate,
        false as is_total
    from periods
    cross join sharers
    left join costs as own
        on periods.period = own.period and sharers.abm_tier = own.abm_tier
    left join costs as shared on periods.period = shared.period and shared.abm_tier is null
),

tiers_and_totals as (
    select * from by_tier

    union all

    select
        periods.period,
        'all' as abm_tier,
        coalesce(sum(costs.investment), 0) as investment,
        coalesce(sum(costs.n_costs_without_rate), 0) as n_costs_without_rate,
        true as is_total
    from periods
    left join costs on periods.period = costs.period
    group by periods.period
),

final as (
    select
        period,
        abm_tier,
        case when n_costs_without_rate = 0 then investment end as investment,
        n_costs_without_rate,
        is_total
    from tiers_and_totals
)

select * from final
