-- What accounts in the programme won, against what never-targeted accounts of their stratum won in
-- as many account-months.
with strata as (
    select * from {{ ref('int_stretch_results') }}
),

-- The rate of a stratum's controls is common to its tiers. Rounded per tier, so that the cents of
-- tiers and strata add up.
final as (
    select
        strata.period,
        strata.sector,
        strata.account_size_tier,
        strata.was_customer_before,
        strata.abm_tier,
        strata.account_days,
        strata.revenue,
        coalesce(controls.account_days, 0) as control_account_days,
        coalesce(controls.revenue, 0) as control_revenue,
        case
            when controls.account_days > 0
                then
                    strata.revenue - {{ double_as_decimal(
                        'cast(controls.revenue as ' ~ type_double() ~ ') * strata.account_days'
                        ~ ' / controls.account_days', 2
                    ) }}
        end as estimated_revenue
    from strata
    left join strata as controls
        on
            strata.period = controls.period
            and strata.sector = controls.sector
            and strata.account_size_tier = controls.account_size_tier
            and strata.was_customer_before = controls.was_customer_before
            and not controls.is_in_programme
    where strata.is_in_programme
)

select * from final
