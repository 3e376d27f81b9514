-- Open opportunities without a change of stage and without a touch on their account for long.
with opportunities as (
    select * from {{ ref('int_opportunities_valued') }}
    where is_open
),

touchpoints as (
    select * from {{ ref('int_touchpoints_scored') }}
    where account_id is not null and (is_engagement or is_exposure) and not is_machine
),

last_touches as (
    select
        account_id,
        max(occurred_on) as last_touched_on
    from touchpoints
    group by account_id
),

final as (
    select opportunities.opportunity_id
    from opportunities
    left join last_touches on opportunities.account_id = last_touches.account_id
    where
        coalesce({{ date_of('opportunities.stage_changed_at') }}, opportunities.created_on)
        <= {{ as_of_date(-var('stale_after_days')) }}
        and (
            last_touches.last_touched_on is null
            or last_touches.last_touched_on <= {{ as_of_date(-var('stale_after_days')) }}
        )
)

select * from final
