with accounts as (
    select * from {{ ref('dim_accounts') }}
    where is_abm_now
),

programme_accounts as (
    select * from {{ ref('int_programme_accounts_by_reporting_date') }}
),

history as (
    select * from {{ ref('fct_account_engagement_history') }}
),

-- The month of the as-of date and the 13 before it, and one more for the change of the first.
months as (
    select * from {{ ref('int_month_ends') }}
    where months_ago <= 14
),

listed as (
    select
        accounts.account_id,
        accounts.sector,
        months.months_ago,
        months.month_start_on,
        months.month_end_on,
        true as is_trend
    from accounts
    cross join months

    union all

    select
        programme_accounts.account_id,
        programme_accounts.sector,
        months.months_ago,
        months.month_start_on,
        months.month_end_on,
        false as is_trend
    from programme_accounts
    inner join months on programme_accounts.as_of_on = months.month_end_on
),

valued as (
    select
        listed.sector,
        listed.months_ago,
        listed.month_start_on,
        listed.is_trend,
        coalesce(history.aes, 0) as aes,
        coalesce(history.aes_band, 'bottom') as aes_band
    from listed
    left join history
        on
            listed.account_id = history.account_id
            and {{ is_valid_on(
                'listed.month_end_on', 'history.valid_from_on', 'history.valid_to_on'
            ) }}
),

averaged as (
    select
        sector,
        months_ago,
        month_start_on,
        sum(case when is_trend then 1 else 0 end) as n_accounts,
        cast(sum(case when is_trend then aes end) as {{ type_double() }})
        / nullif(sum(case when is_trend then 1 else 0 end), 0) as aes_avg,
        sum(case when is_trend and aes_band = 'top' then 1 else 0 end) as n_top,
        sum(case when is_trend and aes_band = 'middle' then 1 else 0 end) as n_middle,
        sum(case when is_trend and aes_band = 'bottom' then 1 else 0 end) as n_bottom,
        sum(case when is_trend then 0 else 1 end) as n_accounts_then,
        sum(case when is_trend then 0 else aes end) as aes_sum_then,
        sum(case when not is_trend and aes_band = 'top' then 1 else 0 end) as n_top_then
    from valued
    group by sector, months_ago, month_start_on
),

changed as (
    select
        *,
        aes_avg - lag(aes_avg) over (partition by sector order by month_start_on)
            as aes_avg_change
    from averaged
),

final as (
    select
        sector,
        month_start_on,
        cast(n_accounts as integer) as n_accounts,
        aes_avg,
        cast(n_top as integer) as n_top,
        cast(n_middle as integer) as n_middle,
        cast(n_bottom as integer) as n_bottom,
        aes_avg_change,
        cast(n_accounts_then as integer) as n_accounts_then,
        cast(aes_sum_then as {{ type_decimal(6) }}) as aes_sum_then,
        cast(n_top_then as integer) as n_top_then
    from changed
    where months_ago <= 13
)

select * from final
