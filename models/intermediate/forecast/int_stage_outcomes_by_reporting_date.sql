-- An open deal is neither won nor lost yet and is not here.
{% set window_days = 730 %}

with opportunities as (
    select * from {{ ref('int_opportunities_by_reporting_date') }}
    where
        not is_open
        and opportunity_type in ('new_business', 'expansion')
        and {{ is_in_trailing_days('closed_on', window_days, 'as_of_on') }}
),

stages as (
    select * from {{ ref('int_reached_stages') }}
),

accounts as (
    select * from {{ ref('int_accounts') }}
),

-- Salespeople date a signature before the day they enter it: a deal may close before it enters a
-- stage, and then took no day from there.
outcomes as (
    select
        opportunities.as_of_on,
        accounts.sector,
        stages.stage_name,
        stages.stage_order,
        opportunities.opportunity_id,
        opportunities.is_won,
        opportunities.is_won
        or coalesce(stages.moved_on <= opportunities.as_of_on, false) as has_moved_on,
        case
            when opportunities.is_won and opportunities.closed_on < stages.entered_on then 0
            when opportunities.is_won
                then {{ days_between('stages.entered_on', 'opportunities.closed_on') }}
        end as days_to_win,
        case
            when stages.left_on <= opportunities.as_of_on
                then {{ days_between('stages.entered_on', 'stages.left_on') }}
        end as days_in_stage
    from opportunities
    inner join stages
        on
            opportunities.opportunity_id = stages.opportunity_id
            and opportunities.as_of_on >= stages.entered_on
    left join accounts on opportunities.account_id = accounts.account_id
),

final as (
    select
        as_of_on,
        'all' as sector,
        stage_name,
        stage_order,
        opportunity_id,
        is_won,
        has_moved_on,
        days_to_win,
        days_in_stage
    from outcomes

    union all

    select
        as_of_on,
        sector,
        stage_name,
        stage_order,
        opportunity_id,
        is_won,
        has_moved_on,
        days_to_win,
        days_in_stage
    from outcomes
    where sector is not null
)

select * from final
