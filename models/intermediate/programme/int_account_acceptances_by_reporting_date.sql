{{ config(materialized='table') }}

with acceptances as (
    select * from {{ ref('stg_abm_program__account_acceptances') }}
),

account_ids as (
    select * from {{ ref('int_account_ids') }}
),

reporting_dates as (
    select * from {{ ref('int_reporting_dates') }}
),

qualified as (
    select * from {{ ref('int_qualified_stretches') }}
),

sales_days as (
    select * from {{ ref('int_sales_days') }}
),

opportunities as (
    select * from {{ ref('int_opportunities_by_reporting_date') }}
    where opportunity_type in ('new_business', 'expansion')
),

declared as (
    select
        reporting_dates.as_of_on,
        account_ids.account_id,
        min(case when acceptances.decision = 'accepted' then acceptances.decided_on end)
            as accepted_on
    from acceptances
    inner join account_ids on acceptances.account_id = account_ids.known_account_id
    inner join reporting_dates on acceptances.decided_on <= reporting_dates.as_of_on
    group by reporting_dates.as_of_on, account_ids.account_id
),

responses as (
    select
        reporting_dates.as_of_on,
        sales_days.account_id,
        sales_days.occurred_on as responded_on
    from sales_days
    inner join reporting_dates on sales_days.occurred_on <= reporting_dates.as_of_on

    union all

    select
        as_of_on,
        account_id,
        created_on as responded_on
    from opportunities
),

inferred as (
    select
        responses.as_of_on,
        responses.account_id,
        min(responses.responded_on) as accepted_on
    from responses
    inner join qualified
        on
            responses.account_id = qualified.account_id
            and responses.responded_on >= qualified.first_mqa_on
            and responses.responded_on
            <= {{ days_after('qualified.first_mqa_on', var('acceptance_window_days')) }}
    group by responses.as_of_on, responses.account_id
),

final as (
    select
        as_of_on,
        account_id,
        accepted_on as saa_on,
        'declared' as saa_basis
    from declared
    where accepted_on is not null

    union all

    -- Sales that has spoken needs no guess: a rejected account is not accepted by its calls.
    select
        inferred.as_of_on,
        inferred.account_id,
        inferred.accepted_on as saa_on,
        'inferred' as saa_basis
    from inferred
    left join declared
        on
            inferred.as_of_on = declared.as_of_on
            and inferred.account_id = declared.account_id
    where declared.account_id is null
)

select * from final
