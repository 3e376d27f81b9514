with accounts as (
    select * from {{ ref('int_accounts') }}
),

history as (
    select * from {{ ref('fct_account_engagement_history') }}
),

touchpoints as (
    select * from {{ ref('int_touchpoints') }}
    where is_counted_engagement and account_id is not null
),

days as (
    select * from {{ ref('dim_dates') }}
    where date_day <= {{ as_of_date() }}
),

-- One week more than is shown, for the change of the first.
weeks as (
    select
        cast({{ dbt.date_trunc('week', 'date_day') }} as date) as week_start_on,
        max(date_day) as week_end_on
    from days
    where date_day > {{ as_of_date(-105 * 7) }}
    group by cast({{ dbt.date_trunc('week', 'date_day') }} as date)
),

weekly_touches as (
    select
        account_id,
        cast({{ dbt.date_trunc('week', 'occurred_on') }} as date) as week_start_on,
        count(*) as n_touchpoints
    from touchpoints
    group by account_id, cast({{ dbt.date_trunc('week', 'occurred_on') }} as date)
),

valued as (
    select
        accounts.account_id,
        weeks.week_start_on,
        weeks.week_end_on,
        coalesce(history.aes, 0) as aes,
        coalesce(history.aes_band, 'bottom') as aes_band,
        coalesce(history.engagement_points, 0) as engagement_points,
        coalesce(weekly_touches.n_touchpoints, 0) as n_touchpoints
    from accounts
    cross join weeks
    left join history
        on
            accounts.account_id = history.account_id
            and {{ is_valid_on(
                'weeks.week_end_on', 'history.valid_from_on', 'history.valid_to_on'
            ) }}
    left join weekly_touches
        on
            accounts.account_id = weekly_touches.account_id
            and weeks.week_start_on = weekly_touches.week_start_on
),

changed as (
    select
        *,
        aes - lag(aes) over (partition by account_id order by week_start_on) as aes_change
    from valued
),

final as (
    select
        account_id,
        week_start_on,
        cast(aes as {{ type_decimal(6) }}) as aes,
        aes_band,
        cast(aes_change as {{ type_decimal(6) }}) as aes_change,
        cast(engagement_points as {{ type_decimal(4) }}) as engagement_points,
        cast(n_touchpoints as integer) as n_touchpoints,
        week_end_on > {{ as_of_date(-3) }} as is_provisional
    from changed
    where week_start_on > {{ as_of_date(-104 * 7) }}
)

select * from final
