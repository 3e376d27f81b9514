{{ config(group='actions') }}
-- The step functions that the rules of accounts look at give on every reporting date what the
-- reports say of it: stakeholders identified and engaged, and people engaged.
with reporting_dates as (
    select * from {{ ref('int_reporting_dates') }}
),

penetrations as (
    select
        penetrations.as_of_on,
        penetrations.account_id,
        penetrations.identified_stakeholders,
        penetrations.engaged_stakeholders,
        coalesce(touched.n_engaged_people, 0) as engaged_people
    from {{ ref('int_account_penetrations_by_reporting_date') }} as penetrations
    inner join {{ ref('int_programme_accounts_by_reporting_date') }} as programme_accounts
        on
            penetrations.as_of_on = programme_accounts.as_of_on
            and penetrations.account_id = programme_accounts.account_id
    left join {{ ref('int_touched_accounts_by_reporting_date') }} as touched
        on
            penetrations.as_of_on = touched.as_of_on
            and penetrations.account_id = touched.account_id
),

conditions as (
    select
        reporting_dates.as_of_on,
        conditions.*
    from {{ ref('int_account_conditions') }} as conditions
    inner join reporting_dates
        on {{ is_valid_on('reporting_dates.as_of_on', 'conditions.from_on', 'conditions.to_on') }}
)

select
    coalesce(penetrations.as_of_on, conditions.as_of_on) as as_of_on,
    coalesce(penetrations.account_id, conditions.account_id) as account_id,
    penetrations.identified_stakeholders,
    conditions.identified_stakeholders as identified_by_day,
    penetrations.engaged_stakeholders,
    conditions.engaged_stakeholders as engaged_by_day,
    penetrations.engaged_people,
    conditions.engaged_people as engaged_people_by_day
from penetrations
full outer join conditions
    on
        penetrations.as_of_on = conditions.as_of_on
        and penetrations.account_id = conditions.account_id
where
    penetrations.account_id is null
    or conditions.account_id is null
    or penetrations.identified_stakeholders <> conditions.identified_stakeholders
    or penetrations.engaged_stakeholders <> conditions.engaged_stakeholders
    or penetrations.engaged_people <> conditions.engaged_people
