-- What the programme cost, per period and tier. Cost that names no tier is shared by the accounts
-- in the programme; where nobody is in it, that cost is of unknown tier.
with periods as (
    select * from {{ ref('int_return_periods') }}
),

investments as (
    select * from {{ ref('int_investments') }}
    where programme = 'abm' and in_roi
),

sharers as (
    select * from {{ ref('int_tier_sharers_counted') }}
),

costs as (
    select
        periods.period,
        {{ reported_abm_tier('investments.abm_tier') }} as abm_tier,
        sum(investments.amount) as investment
    from investments
    inner join periods
        on investments.month_start_on between periods.started_on and periods.ended_on
    group by periods.period, {{ reported_abm_tier('investments.abm_tier') }}
),

final as (
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
        false as is_total
    from periods
    cross join sharers
    left join costs as own
        on periods.period = own.period and sharers.abm_tier = own.abm_tier
    left join costs as shared on periods.period = shared.period and shared.abm_tier is null

    union all

    select
        periods.period,
        'all' as abm_tier,
        coalesce(sum(costs.investment), 0) as investment,
        true as is_total
    from periods
    left join costs on periods.period = costs.period
    group by periods.period
)

select * from final
