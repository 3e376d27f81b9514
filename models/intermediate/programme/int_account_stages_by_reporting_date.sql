-- Every stage whose condition an account met on a reporting date; only the highest is its stage.
with programme_accounts as (
    select * from {{ ref('int_programme_accounts_by_reporting_date') }}
),

touched as (
    select * from {{ ref('int_touched_accounts_by_reporting_date') }}
),

reporting_dates as (
    select * from {{ ref('int_reporting_dates') }}
),

stretches as (
    select * from {{ ref('int_qualified_stretches') }}
),

accepted as (
    select * from {{ ref('int_account_acceptances_by_reporting_date') }}
),

opportunities as (
    select * from {{ ref('int_opportunities_by_reporting_date') }}
    where account_id is not null
),

customers as (
    select * from {{ ref('int_customers_by_reporting_date') }}
),

-- The last day of a stretch is the one before valid_to_on.
qualified as (
    select distinct
        reporting_dates.as_of_on,
        stretches.account_id
    from stretches
    inner join reporting_dates
        on
            stretches.valid_from_on <= reporting_dates.as_of_on
            and (
                stretches.valid_to_on is null
                or stretches.valid_to_on
                > {{ days_after('reporting_dates.as_of_on', 1 - var('mqa_window_days')) }}
            )
),

final as (
    select
        as_of_on,
        account_id,
        'targeted' as stage
    from programme_accounts

    union distinct

    select
        as_of_on,
        account_id,
        'reached' as stage
    from touched

    union distinct

    select
        as_of_on,
        account_id,
        'engaged' as stage
    from touched
    where has_counted_engagement

    union distinct

    select
        as_of_on,
        account_id,
        'mqa' as stage
    from qualified

    union distinct

    select
        accepted.as_of_on,
        accepted.account_id,
        'saa' as stage
    from accepted
    inner join qualified
        on
            accepted.as_of_on = qualified.as_of_on
            and accepted.account_id = qualified.account_id

    union distinct

    select
        as_of_on,
        account_id,
        'opportunity' as stage
    from opportunities
    where is_open and opportunity_type in ('new_business', 'expansion')

    union distinct

    select
        as_of_on,
        account_id,
        'customer' as stage
    from customers

    union distinct

    select
        as_of_on,
        account_id,
        'expansion' as stage
    from opportunities
    where
        is_won
        and opportunity_type = 'expansion'
        and {{ is_in_trailing_days('closed_on', 365, 'as_of_on') }}
)

select * from final
