-- A touch before a deal was open does not count for it, nor against it.
{{ config(materialized='table') }}

with open_stretches as (
    select * from {{ ref('int_opportunity_open_stretches') }}
    where account_id is not null
),

touchpoints as (
    select * from {{ ref('int_touchpoints') }}
    where account_id is not null and (is_engagement or is_exposure) and not is_machine
),

alert_rules as (
    select * from {{ ref('alert_rules') }}
    where rule_id = 'account_at_risk'
),

touched_days as (
    select distinct
        account_id,
        occurred_on
    from touchpoints
),

anchors as (
    select
        opportunity_id,
        account_id,
        opened_on,
        closed_on,
        opened_on as anchored_on
    from open_stretches

    union distinct

    select
        open_stretches.opportunity_id,
        open_stretches.account_id,
        open_stretches.opened_on,
        open_stretches.closed_on,
        touched_days.occurred_on as anchored_on
    from open_stretches
    inner join touched_days
        on
            open_stretches.account_id = touched_days.account_id
            and touched_days.occurred_on >= open_stretches.opened_on
            and (
                open_stretches.closed_on is null
                or touched_days.occurred_on < open_stretches.closed_on
            )
),

gaps as (
    select
        anchors.account_id,
        alert_rules.window_days,
        cast({{ dbt.dateadd('day', 'alert_rules.window_days', 'anchors.anchored_on') }} as date)
            as from_on,
        coalesce(
            lead(anchors.anchored_on) over (
                partition by anchors.opportunity_id, anchors.opened_on
                order by anchors.anchored_on
            ),
            anchors.closed_on
        ) as to_on
    from anchors
    cross join alert_rules
),

final as (
    select distinct
        account_id,
        from_on,
        to_on,
        window_days
    from gaps
    where from_on <= {{ as_of_date() }} and (to_on is null or from_on < to_on)
)

select * from final
