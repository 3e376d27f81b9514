-- A touch before a deal was open does not count for it, nor against it.
with versions as (
    select * from {{ ref('int_opportunity_versions_followed') }}
),

opportunities as (
    select * from {{ ref('int_opportunities_now') }}
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

with_history as (
    select distinct opportunity_id
    from versions
    where has_history
),

-- Stretches in which a deal was open; one without history is open until it closed.
open_stretches as (
    select
        versions.opportunity_id,
        opportunities.account_id,
        {{ date_of('versions.outcome_since_at') }} as opened_on,
        case
            when
                count(*) = count(versions.valid_to_at)
                then {{ date_of('max(versions.valid_to_at)') }}
        end as closed_on
    from versions
    inner join opportunities on versions.opportunity_id = opportunities.opportunity_id
    where versions.outcome = 'open' and versions.has_history
    group by
        versions.opportunity_id, opportunities.account_id, versions.outcome_since_at

    union all

    select
        opportunities.opportunity_id,
        opportunities.account_id,
        opportunities.created_on as opened_on,
        opportunities.closed_on
    from opportunities
    left join with_history on opportunities.opportunity_id = with_history.opportunity_id
    where with_history.opportunity_id is null and opportunities.created_on is not null
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
