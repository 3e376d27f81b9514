-- Every account on the as-of date; on a month end those that were in the programme.
{{ config(materialized='table') }}

with accounts as (
    select * from {{ ref('int_accounts') }}
),

programme_accounts as (
    select * from {{ ref('int_programme_accounts_by_reporting_date') }}
),

committees as (
    select * from {{ ref('int_account_committees_by_reporting_date') }}
),

account_size_tiers as (
    select * from {{ ref('account_size_tiers') }}
),

population as (
    select
        as_of_on,
        account_id
    from programme_accounts

    union distinct

    select
        {{ as_of_date() }} as as_of_on,
        account_id
    from accounts
),

counted as (
    select
        population.as_of_on,
        population.account_id,
        accounts.account_size_tier,
        account_size_tiers.apr_target_pct,
        coalesce(committees.identified_stakeholders, 0) as identified_stakeholders,
        coalesce(committees.engaged_stakeholders, 0) as engaged_stakeholders,
        coalesce(committees.declared_stakeholders, 0) as declared_stakeholders,
        coalesce(committees.engaged_declared_stakeholders, 0) as engaged_declared_stakeholders,
        coalesce(committees.identified_decision_makers, 0) as identified_decision_makers,
        coalesce(committees.reached_decision_makers, 0) as reached_decision_makers
    from population
    inner join accounts on population.account_id = accounts.account_id
    inner join account_size_tiers
        on accounts.account_size_tier = account_size_tiers.account_size_tier
    left join committees
        on
            population.as_of_on = committees.as_of_on
            and population.account_id = committees.account_id
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
        *,
        apr_pct > apr_target_pct as is_on_target,
        case when identified_stakeholders = 0 then 'no_stakeholder_identified' end as apr_reason
    from rated
)

select * from final
