with penetrations as (
    select * from {{ ref('int_account_penetrations_by_reporting_date') }}
),

programme_accounts as (
    select * from {{ ref('int_programme_accounts_by_reporting_date') }}
),

reporting_dates as (
    select * from {{ ref('int_reporting_dates') }}
),

account_size_tiers as (
    select * from {{ ref('account_size_tiers') }}
),

in_programme as (
    select penetrations.*
    from penetrations
    inner join programme_accounts
        on
            penetrations.as_of_on = programme_accounts.as_of_on
            and penetrations.account_id = programme_accounts.account_id
),

grouped as (
    select
        as_of_on,
        account_size_tier,
        count(*) as n_accounts,
        sum(engaged_stakeholders) as engaged_stakeholders,
        sum(identified_stakeholders) as identified_stakeholders,
        sum(case when is_on_target then 1 else 0 end) as n_on_target,
        false as is_total
    from in_programme
    group by as_of_on, account_size_tier

    union all

    select
        reporting_dates.as_of_on,
        'all' as account_size_tier,
        count(in_programme.account_id) as n_accounts,
        coalesce(sum(in_programme.engaged_stakeholders), 0) as engaged_stakeholders,
        coalesce(sum(in_programme.identified_stakeholders), 0) as identified_stakeholders,
        coalesce(sum(case when in_programme.is_on_target then 1 else 0 end), 0) as n_on_target,
        true as is_total
    from reporting_dates
    left join in_programme on reporting_dates.as_of_on = in_programme.as_of_on
    group by reporting_dates.as_of_on
),

final as (
    select
        grouped.as_of_on,
        grouped.account_size_tier,
        cast(grouped.n_accounts as integer) as n_accounts,
        cast(grouped.engaged_stakeholders as integer) as engaged_stakeholders,
        cast(grouped.identified_stakeholders as integer) as identified_stakeholders,
        {{ percentage('grouped.engaged_stakeholders', 'grouped.identified_stakeholders') }}
            as apr_pct,
        {{ has_enough('rate', 'grouped.identified_stakeholders') }} as is_reliable,
        account_size_tiers.apr_target_pct,
        cast(grouped.n_on_target as integer) as n_on_target,
        case when grouped.as_of_on = {{ as_of_date() }} then 'exact' else 'current_state' end
            as history_basis,
        grouped.is_total
    from grouped
    left join account_size_tiers
        on grouped.account_size_tier = account_size_tiers.account_size_tier
)

select * from final
