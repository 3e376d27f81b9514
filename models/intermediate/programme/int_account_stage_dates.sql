-- When every account first came to a stage of its journey, in all of history.
{{ config(materialized='table') }}

with memberships as (
    select * from {{ ref('int_account_memberships') }}
),

touchpoints as (
    select * from {{ ref('int_touchpoints') }}
    where account_id is not null and (is_engagement or is_exposure) and not is_machine
),

qualified as (
    select * from {{ ref('int_accounts_qualified') }}
),

accepted as (
    select * from {{ ref('int_account_acceptances_by_reporting_date') }}
    where as_of_on = {{ as_of_date() }}
),

opportunities as (
    select * from {{ ref('int_opportunities_now') }}
    where account_id is not null
),

customers as (
    select * from {{ ref('int_customers_now') }}
),

journey_stages as (
    select * from {{ ref('journey_stages') }}
),

touched as (
    select
        account_id,
        min(occurred_on) as reached_on,
        min(case when is_counted_engagement then occurred_on end) as engaged_on
    from touchpoints
    group by account_id
),

sold as (
    select
        account_id,
        min(case when opportunity_type in ('new_business', 'expansion') then created_on end)
            as opportunity_on,
        min(case when is_won and opportunity_type = 'expansion' then closed_on end)
            as expansion_on
    from opportunities
    group by account_id
),

first_days as (
    select
        account_id,
        'targeted' as stage,
        min(valid_from_on) as entered_on
    from memberships
    group by account_id

    union all

    select
        account_id,
        'reached' as stage,
        reached_on as entered_on
    from touched

    union all

    select
        account_id,
        'engaged' as stage,
        engaged_on as entered_on
    from touched

    union all

    select
        account_id,
        'mqa' as stage,
        first_mqa_on as entered_on
    from qualified

    union all

    select
        account_id,
        'saa' as stage,
        saa_on as entered_on
    from accepted

    union all

    select
        account_id,
        'opportunity' as stage,
        opportunity_on as entered_on
    from sold

    union all

    select
        account_id,
        'customer' as stage,
        customer_since_on as entered_on
    from customers

    union all

    select
        account_id,
        'expansion' as stage,
        expansion_on as entered_on
    from sold
),

final as (
    select
        first_days.account_id,
        first_days.stage,
        journey_stages.stage_order,
        first_days.entered_on
    from first_days
    inner join journey_stages on first_days.stage = journey_stages.stage
    where first_days.entered_on is not null
)

select * from final
