{{ config(materialized='table') }}

with accounts as (
    select * from {{ ref('int_accounts') }}
),

programme_accounts as (
    select * from {{ ref('int_programme_accounts_by_reporting_date') }}
),

people as (
    select * from {{ ref('int_reached_people_by_reporting_date') }}
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

committees as (
    select
        as_of_on,
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
    group by as_of_on, account_id
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
