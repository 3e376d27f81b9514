-- What became of accounts after the last day of a month, by the score they had on it: whether an
-- opportunity was created and whether one was won within so many days, where those days are over.
with accounts as (
    select * from {{ ref('int_accounts') }}
),

history as (
    select * from {{ ref('int_account_engagement_history') }}
),

month_ends as (
    select * from {{ ref('int_month_ends') }}
    where months_ago between 1 and 24
),

opportunities as (
    select * from {{ ref('int_opportunities_now') }}
    where account_id is not null and opportunity_type in ('new_business', 'expansion')
),

horizons as (
    select 90 as horizon_days
    union all
    select 180 as horizon_days
),

periods as (
    select
        month_ends.month_start_on as cohort_month_on,
        month_ends.month_end_on,
        horizons.horizon_days,
        {{ days_after('month_ends.month_end_on', 'horizons.horizon_days') }} as horizon_end_on
    from month_ends
    cross join horizons
    where {{ days_after('month_ends.month_end_on', 'horizons.horizon_days') }} <= {{ as_of_date() }}
),

cohorts as (
    select
        accounts.account_id,
        accounts.sector,
        periods.cohort_month_on,
        periods.month_end_on,
        periods.horizon_days,
        periods.horizon_end_on,
        coalesce(history.aes, 0) as aes,
        coalesce(history.aes_band, 'bottom') as aes_band
    from accounts
    cross join periods
    left join history
        on
            accounts.account_id = history.account_id
            and {{ is_valid_on(
                'periods.month_end_on', 'history.valid_from_on', 'history.valid_to_on'
            ) }}
    where
        accounts.created_at is null
        or {{ date_of('accounts.created_at') }} <= periods.month_end_on
),

final as (
    select
        cohorts.account_id,
        cohorts.sector,
        cohorts.cohort_month_on,
        cohorts.horizon_days,
        cohorts.aes,
        cohorts.aes_band,
        max(case
            when
                opportunities.created_on > cohorts.month_end_on
                and opportunities.created_on <= cohorts.horizon_end_on then 1
            else 0
        end) as has_opportunity,
        max(case
            when
                opportunities.is_won
                and opportunities.closed_on > cohorts.month_end_on
                and opportunities.closed_on <= cohorts.horizon_end_on then 1
            else 0
        end) as has_win
    from cohorts
    left join opportunities on cohorts.account_id = opportunities.account_id
    group by
        cohorts.account_id, cohorts.sector, cohorts.cohort_month_on, cohorts.horizon_days,
        cohorts.aes, cohorts.aes_band
)

select * from final
