-- Accounts in the programme on the as-of date. The value of a month is that of its last day; the
-- month of the as-of date ends there.
with accounts as (
    select * from {{ ref('dim_accounts') }}
    where is_abm_now
),

history as (
    select * from {{ ref('fct_account_engagement_history') }}
),

-- The month of the as-of date and the 13 before it, and one more for the change of the first.
months as (
    select * from {{ ref('int_month_ends_listed') }}
    where months_ago <= 14
),

valued as (
    select
        accounts.sector,
        months.months_ago,
        months.month_start_on,
        count(*) as n_accounts,
        cast(sum(coalesce(history.aes, 0)) as {{ type_double() }}) / count(*) as aes_avg,
        sum(case when history.aes_band = 'top' then 1 else 0 end) as n_top,
        sum(case when history.aes_band = 'middle' then 1 else 0 end) as n_middle,
        sum(case when coalesce(history.aes_band, 'bottom') = 'bottom' then 1 else 0 end)
            as n_bottom
    from accounts
    cross join months
    left join history
        on
            accounts.account_id = history.account_id
            and {{ is_valid_on(
                'months.month_end_on', 'history.valid_from_on', 'history.valid_to_on'
            ) }}
    group by accounts.sector, months.months_ago, months.month_start_on
),

changed as (
    select
        *,
        aes_avg - lag(aes_avg) over (partition by sector order by month_start_on)
            as aes_avg_change
    from valued
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
        aes_avg_change
    from changed
    where months_ago <= 13
)

select * from final
