with results as (
    select * from {{ ref('int_stretch_results') }}
),

-- What accounts in the programme won, against what never-targeted accounts of their stratum won in
-- as many account-days: the rate of a stratum's controls is common to its tiers. Rounded per tier,
-- so that the cents of tiers and strata add up.
strata as (
    select
        results.period,
        results.sector,
        results.account_size_tier,
        results.was_customer_before,
        results.abm_tier,
        results.account_days,
        results.n_won,
        case
            when controls.account_days > 0
                then
                    results.revenue - {{ double_as_decimal(
                        'cast(controls.revenue as ' ~ type_double() ~ ') * results.account_days'
                        ~ ' / controls.account_days', 2
                    ) }}
        end as estimated_revenue
    from results
    left join results as controls
        on
            results.period = controls.period
            and results.sector = controls.sector
            and results.account_size_tier = controls.account_size_tier
            and results.was_customer_before = controls.was_customer_before
            and not controls.is_in_programme
    where results.is_in_programme
),

-- A stratum of several tiers is one stratum of the total.
strata_and_totals as (
    select
        period,
        abm_tier,
        account_days,
        n_won,
        estimated_revenue
    from strata

    union all

    select
        period,
        'all' as abm_tier,
        sum(account_days) as account_days,
        sum(n_won) as n_won,
        sum(estimated_revenue) as estimated_revenue
    from strata
    group by period, sector, account_size_tier, was_customer_before
),

final as (
    select
        period,
        abm_tier,
        sum(estimated_revenue) as revenue,
        sum(case when estimated_revenue is null then 0 else n_won end) as weighted_opportunities,
        sum(account_days) as account_days,
        sum(case when estimated_revenue is null then 0 else account_days end)
            as matched_account_days,
        sum(case when estimated_revenue is null then 1 else 0 end) as n_strata_dropped
    from strata_and_totals
    group by period, abm_tier
)

select * from final
