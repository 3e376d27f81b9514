-- Accounts in the programme whose band differs from that of the end of last week.
--
--   dbt show --limit 50 --select which_accounts_changed_band_this_week
with weekly as (
    select * from {{ ref('rpt_account_engagement_weekly') }}
),

accounts as (
    select * from {{ ref('dim_accounts') }}
    where is_abm_now
),

executives as (
    select * from {{ ref('dim_account_executives') }}
),

latest as (
    select max(week_start_on) as week_start_on
    from weekly
),

final as (
    select
        accounts.account_name as account,
        executives.account_executive_name as account_executive,
        last_week.aes_band as band_before,
        this_week.aes_band as band_now,
        this_week.aes,
        this_week.aes_change
    from latest
    inner join weekly as this_week on latest.week_start_on = this_week.week_start_on
    inner join weekly as last_week
        on
            this_week.account_id = last_week.account_id
            and last_week.week_start_on = {{ days_after('latest.week_start_on', -7) }}
    inner join accounts on this_week.account_id = accounts.account_id
    inner join executives on accounts.account_executive_id = executives.account_executive_id
    where this_week.aes_band <> last_week.aes_band
    order by this_week.aes_change desc, accounts.account_name
)

select * from final
