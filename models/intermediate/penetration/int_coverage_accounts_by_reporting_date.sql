with programme_accounts as (
    select * from {{ ref('int_programme_accounts_by_reporting_date') }}
),

touched as (
    select * from {{ ref('int_touched_accounts_by_reporting_date') }}
),

penetrations as (
    select * from {{ ref('int_account_penetrations_by_reporting_date') }}
),

final as (
    select
        programme_accounts.as_of_on,
        programme_accounts.account_id,
        programme_accounts.abm_tier,
        case when touched.is_covered then 1 else 0 end as covered_accounts,
        case when touched.is_engaged then 1 else 0 end as engaged_accounts,
        coalesce(touched.n_engaged_people, 0) as engaged_people,
        coalesce(touched.n_channels, 0) as channels,
        coalesce(penetrations.reached_decision_makers, 0) as reached_decision_makers,
        coalesce(penetrations.identified_decision_makers, 0) as identified_decision_makers
    from programme_accounts
    left join touched
        on
            programme_accounts.as_of_on = touched.as_of_on
            and programme_accounts.account_id = touched.account_id
    left join penetrations
        on
            programme_accounts.as_of_on = penetrations.as_of_on
            and programme_accounts.account_id = penetrations.account_id
)

select * from final
