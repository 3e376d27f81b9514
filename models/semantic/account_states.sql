with accounts as (
    select * from {{ ref('int_coverage_accounts_by_reporting_date') }}
),

penetrations as (
    select * from {{ ref('int_account_penetrations_by_reporting_date') }}
),

history as (
    select * from {{ ref('fct_account_engagement_history') }}
),

final as (
    select
        accounts.as_of_on,
        accounts.account_id,
        accounts.abm_tier,
        coalesce(history.aes, 0) as aes,
        case when history.aes_band = 'top' then 1 else 0 end as hot_accounts,
        case when {{ is_mqa('history.aes_band', 'history.stakeholder_reach') }} then 1 else 0 end
            as qualified_accounts,
        accounts.covered_accounts,
        penetrations.engaged_stakeholders,
        penetrations.identified_stakeholders,
        accounts.reached_decision_makers,
        accounts.identified_decision_makers
    from accounts
    inner join penetrations
        on
            accounts.as_of_on = penetrations.as_of_on
            and accounts.account_id = penetrations.account_id
    left join history
        on
            accounts.account_id = history.account_id
            and {{ is_valid_on(
                'accounts.as_of_on', 'history.valid_from_on', 'history.valid_to_on'
            ) }}
)

select * from final
