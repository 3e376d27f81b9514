with penetrations as (
    select * from {{ ref('int_account_penetrations_by_reporting_date') }}
    where as_of_on = {{ as_of_date() }}
),

programme as (
    select * from {{ ref('int_programme_accounts_by_reporting_date') }}
    where as_of_on = {{ as_of_date() }}
),

touched as (
    select * from {{ ref('int_touched_accounts_by_reporting_date') }}
    where as_of_on = {{ as_of_date() }}
),

accounts as (
    select * from {{ ref('int_accounts') }}
),

engaged_people as (
    select * from {{ ref('int_reached_people_by_reporting_date') }}
    where is_engaged and as_of_on = {{ as_of_date() }}
),

key_roles as (
    select * from {{ ref('key_roles') }}
),

tier_roles as (
    select
        account_size_tier,
        role_group,
        coalesce({{ maximum_text('role_group_fr') }}, role_group) as role_group_fr
    from key_roles
    group by account_size_tier, role_group
),

engaged_roles as (
    select distinct
        engaged_people.account_id,
        key_roles.account_size_tier,
        key_roles.role_group
    from engaged_people
    inner join key_roles on engaged_people.persona = key_roles.persona
),

-- The key role groups of an account's size tier of which nobody is engaged.
missing_roles as (
    select
        accounts.account_id,
        {{ ordered_list('tier_roles.role_group') }} as missing_key_roles,
        {{ ordered_list('tier_roles.role_group_fr') }} as missing_key_roles_fr
    from accounts
    inner join tier_roles on accounts.account_size_tier = tier_roles.account_size_tier
    left join engaged_roles
        on
            accounts.account_id = engaged_roles.account_id
            and tier_roles.account_size_tier = engaged_roles.account_size_tier
            and tier_roles.role_group = engaged_roles.role_group
    where engaged_roles.role_group is null
    group by accounts.account_id
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
        programme.account_id is not null as is_abm_now,
        coalesce(programme.abm_tier, 'none') as abm_tier,
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
    left join programme on penetrations.account_id = programme.account_id
    left join touched on penetrations.account_id = touched.account_id
    left join missing_roles on penetrations.account_id = missing_roles.account_id
)

select * from final
