with stretches as (
    select * from {{ ref('int_account_stretches') }}
),

wins as (
    select * from {{ ref('int_stretch_wins') }}
),

periods as (
    select * from {{ ref('int_return_periods') }}
),

-- The part of a stretch that lies in the period; ended_on is its last day, valid_to_on is not.
clipped as (
    select
        periods.period,
        stretches.sector,
        stretches.account_size_tier,
        stretches.was_customer_before,
        stretches.is_in_programme,
        stretches.abm_tier,
        case
            when stretches.valid_from_on > periods.started_on then stretches.valid_from_on
            else periods.started_on
        end as first_on,
        case
            when stretches.valid_to_on <= periods.ended_on
                then {{ days_after('stretches.valid_to_on', -1) }}
            else periods.ended_on
        end as last_on
    from stretches
    inner join periods
        on
            stretches.valid_from_on <= periods.ended_on
            and (
                stretches.valid_to_on is null
                or stretches.valid_to_on > periods.started_on
            )
),

observed as (
    select
        period,
        sector,
        account_size_tier,
        was_customer_before,
        is_in_programme,
        abm_tier,
        {{ days_between('first_on', 'last_on') }} + 1 as account_days,
        0 as n_won,
        0 as revenue
    from clipped

    union all

    select
        periods.period,
        wins.sector,
        wins.account_size_tier,
        wins.was_customer_before,
        wins.is_in_programme,
        wins.abm_tier,
        0 as account_days,
        1 as n_won,
        wins.amount as revenue
    from wins
    inner join periods on wins.closed_on between periods.started_on and periods.ended_on
),

final as (
    select
        period,
        sector,
        account_size_tier,
        was_customer_before,
        is_in_programme,
        abm_tier,
        sum(account_days) as account_days,
        sum(n_won) as n_won,
        coalesce(sum(revenue), 0) as revenue
    from observed
    group by
        period, sector, account_size_tier, was_customer_before, is_in_programme, abm_tier
)

select * from final
