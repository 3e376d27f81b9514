-- What the programme may have added to revenue, per period and tier, from the strata that have
-- accounts to compare with.
with strata as (
    select * from {{ ref('int_matched_strata_compared') }}
),

-- A stratum of several tiers is one stratum of the total.
strata_and_totals as (
    select
        period,
        abm_tier,
        account_days,
        estimated_revenue
    from strata

    union all

    select
        period,
        'all' as abm_tier,
        sum(account_days) as account_days,
        sum(estimated_revenue) as estimated_revenue
    from strata
    group by period, sector, account_size_tier, was_customer_before
),

final as (
    select
        period,
        abm_tier,
        sum(estimated_revenue) as revenue,
        sum(account_days) as account_days,
        sum(case when estimated_revenue is null then 0 else account_days end)
            as matched_account_days,
        sum(case when estimated_revenue is null then 1 else 0 end) as n_strata_dropped
    from strata_and_totals
    group by period, abm_tier
)

select * from final
