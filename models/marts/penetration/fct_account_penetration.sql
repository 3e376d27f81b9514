with accounts as (
    select * from {{ ref('int_accounts_classified') }}
),

people as (
    select * from {{ ref('int_people_reached') }}
),

missing_roles as (
    select * from {{ ref('int_key_roles_missed') }}
),

touchpoints as (
    select * from {{ ref('int_touchpoints_scored') }}
    where
        account_id is not null
        and {{ is_in_trailing_days('occurred_on', var('aes_window_days')) }}
        and (is_engagement or is_exposure)
        and not is_machine
),

account_size_tiers as (
    select * from {{ ref('account_size_tiers') }}
),

committee as (
    select
        cast(max(value_min) as integer) as expected_committee_min,
        cast(max(value_max) as integer) as expected_committee_max
    from {{ ref('benchmarks') }}
    where benchmark_id = 'expected_committee'
),

committees as (
    select
        account_id,
        sum(case when is_stakeholder then 1 else 0 end) as identified_stakeholders,
        sum(case when is_stakeholder and is_engaged then 1 else 0 end) as engaged_stakeholders,
        sum(case when is_declared_stakeholder then 1 else 0 end) as declared_stakeholders,
        sum(case when is_declared_stakeholder and is_engaged then 1 else 0 end)
            as engaged_declared_stakeholders,
        sum(case when is_decision_maker then 1 else 0 end) as identified_decision_makers,
        sum(case when is_decision_maker and is_reached then 1 else 0 end)
            as reached_decision_makers
    from people
    group by account_id
),

breadth as (
    select
        account_id,
        count(distinct channel) as n_channels,
        count(distinct case when is_counted_engagement then person_id end) as n_engaged_people
    from touchpoints
    group by account_id
),

counted as (
    select
        accounts.account_id,
        coalesce(committees.identified_stakeholders, 0) as identified_stakeholders,
        coalesce(committees.engaged_stakeholders, 0) as engaged_stakeholders,
        coalesce(committees.declared_stakeholders, 0) as declared_stakeholders,
        coalesce(committees.engaged_declared_stakeholders, 0) as engaged_declared_stakeholders,
        coalesce(committees.identified_decision_makers, 0) as identified_decision_makers,
        coalesce(committees.reached_decision_makers, 0) as reached_decision_makers,
        account_size_tiers.apr_target_pct,
        committee.expected_committee_min,
        committee.expected_committee_max,
        missing_roles.missing_key_roles,
        coalesce(breadth.n_channels, 0) as n_channels,
        coalesce(breadth.n_engaged_people, 0) as n_engaged_people
    from accounts
    inner join account_size_tiers
        on accounts.account_size_tier = account_size_tiers.account_size_tier
    cross join committee
    left join committees on accounts.account_id = committees.account_id
    left join breadth on accounts.account_id = breadth.account_id
    left join missing_roles on accounts.account_id = missing_roles.account_id
),

rated as (
    select
        *,
        {{ percentage('engaged_stakeholders', 'identified_stakeholders') }} as apr_pct,
        {{ percentage('engaged_declared_stakeholders', 'declared_stakeholders') }}
            as apr_declared_pct,
        {{ percentage('reached_decision_makers', 'identified_decision_makers') }}
            as committee_penetration_pct
    from counted
),

final as (
    select
        account_id,
        {{ as_of_date() }} as as_of_on,
        cast(identified_stakeholders as integer) as identified_stakeholders,
        cast(engaged_stakeholders as integer) as engaged_stakeholders,
        apr_pct,
        cast(declared_stakeholders as integer) as declared_stakeholders,
        cast(engaged_declared_stakeholders as integer) as engaged_declared_stakeholders,
        apr_declared_pct,
        apr_target_pct,
        apr_pct > apr_target_pct as is_on_target,
        case when identified_stakeholders = 0 then 'no_stakeholder_identified' end as apr_reason,
        cast(identified_decision_makers as integer) as identified_decision_makers,
        cast(reached_decision_makers as integer) as reached_decision_makers,
        committee_penetration_pct,
        expected_committee_min,
        expected_committee_max,
        missing_key_roles,
        cast(n_channels as integer) as n_channels,
        cast(n_engaged_people as integer) as n_engaged_people
    from rated
)

select * from final
