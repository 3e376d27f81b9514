with penetrations as (
    select * from {{ ref('int_account_penetrations_by_reporting_date') }}
    where as_of_on = {{ as_of_date() }}
),

touched as (
    select * from {{ ref('int_touched_accounts_by_reporting_date') }}
    where as_of_on = {{ as_of_date() }}
),

missing_roles as (
    select * from {{ ref('int_key_roles_missed') }}
),

committee as (
    select
        cast(max(value_min) as integer) as expected_committee_min,
        cast(max(value_max) as integer) as expected_committee_max
    from {{ ref('benchmarks') }}
    where benchmark_id = 'expected_committee'
),

final as (
    select
        penetrations.account_id,
        penetrations.as_of_on,
        cast(penetrations.identified_stakeholders as integer) as identified_stakeholders,
        cast(penetrations.engaged_stakeholders as integer) as engaged_stakeholders,
        penetrations.apr_pct,
        cast(penetrations.declared_stakeholders as integer) as declared_stakeholders,
        cast(penetrations.engaged_declared_stakeholders as integer)
            as engaged_declared_stakeholders,
        penetrations.apr_declared_pct,
        penetrations.apr_target_pct,
        penetrations.is_on_target,
        penetrations.apr_reason,
        cast(penetrations.identified_decision_makers as integer) as identified_decision_makers,
        cast(penetrations.reached_decision_makers as integer) as reached_decision_makers,
        penetrations.committee_penetration_pct,
        committee.expected_committee_min,
        committee.expected_committee_max,
        missing_roles.missing_key_roles,
        missing_roles.missing_key_roles_fr,
        cast(coalesce(touched.n_channels, 0) as integer) as n_channels,
        cast(coalesce(touched.n_engaged_people, 0) as integer) as n_engaged_people
    from penetrations
    cross join committee
    left join touched on penetrations.account_id = touched.account_id
    left join missing_roles on penetrations.account_id = missing_roles.account_id
)

select * from final
