-- Open deals whose buying committee has gaps: how many stakeholders are known and engaged, which
-- key roles nobody fills, how many decision makers were never reached. Largest amount first.
--
--   dbt show --limit 50 --select who_is_missing_from_our_deals
with opportunities as (
    select * from {{ ref('fct_opportunities') }}
    where is_open and opportunity_type in ('new_business', 'expansion')
),

penetration as (
    select * from {{ ref('fct_account_penetration') }}
),

accounts as (
    select * from {{ ref('dim_accounts') }}
),

executives as (
    select * from {{ ref('dim_account_executives') }}
),

final as (
    select
        accounts.account_name as account,
        opportunities.opportunity_name as deal,
        executives.account_executive_name as account_executive,
        opportunities.stage_name as stage,
        opportunities.amount,
        penetration.engaged_stakeholders as engaged,
        penetration.identified_stakeholders as identified,
        penetration.expected_committee_min as expected_at_least,
        penetration.identified_decision_makers - penetration.reached_decision_makers
            as decision_makers_not_reached,
        penetration.missing_key_roles
    from opportunities
    inner join accounts on opportunities.account_id = accounts.account_id
    inner join penetration on opportunities.account_id = penetration.account_id
    inner join executives
        on opportunities.account_executive_id = executives.account_executive_id
    where
        penetration.missing_key_roles is not null
        or penetration.identified_stakeholders < penetration.expected_committee_min
        or penetration.reached_decision_makers < penetration.identified_decision_makers
    order by opportunities.amount desc nulls last, accounts.account_name, deal
)

select * from final
