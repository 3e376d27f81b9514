with cohorts as (
    select * from {{ ref('int_score_cohorts') }}
),

suggested as (
    select * from {{ ref('int_score_thresholds') }}
),

counted as (
    select
        sector,
        aes_band,
        cohort_month_on,
        horizon_days,
        count(*) as n_accounts,
        sum(has_opportunity) as n_with_opportunity,
        sum(has_win) as n_with_win
    from cohorts
    group by sector, aes_band, cohort_month_on, horizon_days
),

compared as (
    select
        counted.*,
        cast(counted.n_with_opportunity as {{ type_double() }}) / counted.n_accounts
            as opportunity_rate,
        cast(counted.n_with_win as {{ type_double() }}) / counted.n_accounts as win_rate,
        bottom.n_with_opportunity as n_with_opportunity_bottom,
        cast(bottom.n_with_opportunity as {{ type_double() }}) / bottom.n_accounts
            as opportunity_rate_bottom,
        bottom.n_accounts as n_accounts_bottom
    from counted
    left join counted as bottom
        on
            counted.sector = bottom.sector
            and counted.cohort_month_on = bottom.cohort_month_on
            and counted.horizon_days = bottom.horizon_days
            and bottom.aes_band = 'bottom'
            and counted.aes_band <> 'bottom'
),

-- The 95 % interval of a ratio of two rates: the logarithm of the ratio is about normal (Katz).
lifted as (
    select
        *,
        opportunity_rate / nullif(opportunity_rate_bottom, 0) as lift_ratio,
        case
            when n_with_opportunity > 0 and n_with_opportunity_bottom > 0
                then sqrt(
                    (1 - opportunity_rate) / n_with_opportunity
                    + (1 - opportunity_rate_bottom) / n_with_opportunity_bottom
                )
        end as standard_error
    from compared
),

final as (
    select
        lifted.sector,
        lifted.aes_band,
        lifted.cohort_month_on,
        lifted.horizon_days,
        cast(lifted.n_accounts as integer) as n_accounts,
        cast(lifted.n_with_opportunity as integer) as n_with_opportunity,
        cast(lifted.n_with_win as integer) as n_with_win,
        lifted.opportunity_rate,
        lifted.win_rate,
        lifted.lift_ratio,
        lifted.lift_ratio * exp(-{{ normal_quantile() }} * lifted.standard_error) as ci_low,
        lifted.lift_ratio * exp({{ normal_quantile() }} * lifted.standard_error) as ci_high,
        cast(suggested.suggested_upper_threshold as {{ type_decimal(6) }})
            as suggested_upper_threshold,
        {{ has_enough('score_validation', 'lifted.n_accounts') }} as is_reliable,
        {{ has_enough('score_validation', 'least(lifted.n_accounts, lifted.n_accounts_bottom)') }}
        and lifted.n_accounts_bottom is not null as is_lift_reliable
    from lifted
    left join suggested
        on
            lifted.sector = suggested.sector
            and lifted.horizon_days = suggested.horizon_days
)

select * from final
