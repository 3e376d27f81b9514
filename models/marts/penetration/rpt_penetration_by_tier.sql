with penetration as (
    select * from {{ ref('fct_account_penetration') }}
),

accounts as (
    select * from {{ ref('dim_accounts') }}
    where is_abm_now
),

account_size_tiers as (
    select * from {{ ref('account_size_tiers') }}
),

in_programme as (
    select
        accounts.account_size_tier,
        penetration.as_of_on,
        penetration.engaged_stakeholders,
        penetration.identified_stakeholders,
        penetration.is_on_target
    from penetration
    inner join accounts on penetration.account_id = accounts.account_id
),

grouped as (
    select
        account_size_tier,
        count(*) as n_accounts,
        sum(engaged_stakeholders) as engaged_stakeholders,
        sum(identified_stakeholders) as identified_stakeholders,
        sum(case when is_on_target then 1 else 0 end) as n_on_target,
        false as is_total
    from in_programme
    group by account_size_tier

    union all

    select
        'all' as account_size_tier,
        count(*) as n_accounts,
        coalesce(sum(engaged_stakeholders), 0) as engaged_stakeholders,
        coalesce(sum(identified_stakeholders), 0) as identified_stakeholders,
        coalesce(sum(case when is_on_target then 1 else 0 end), 0) as n_on_target,
        true as is_total
    from in_programme
),

final as (
    select
        {{ as_of_date() }} as as_of_on,
        grouped.account_size_tier,
        cast(grouped.n_accounts as integer) as n_accounts,
        cast(grouped.engaged_stakeholders as integer) as engaged_stakeholders,
        cast(grouped.identified_stakeholders as integer) as identified_stakeholders,
        {{ percentage('grouped.engaged_stakeholders', 'grouped.identified_stakeholders') }}
            as apr_pct,
        account_size_tiers.apr_target_pct,
        cast(grouped.n_on_target as integer) as n_on_target,
        grouped.is_total
    from grouped
    left join account_size_tiers
        on grouped.account_size_tier = account_size_tiers.account_size_tier
)

select * from final
