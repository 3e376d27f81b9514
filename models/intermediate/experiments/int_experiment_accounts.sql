with assigned as (
    select * from {{ ref('int_experiment_assignments') }}
    where account_id is not null and not is_conflicting
),

experiments as (
    select * from {{ ref('int_experiments') }}
    where reason is null
),

touchpoints as (
    select * from {{ ref('int_touchpoints') }}
    where account_id is not null and is_counted_engagement
),

opportunities as (
    select * from {{ ref('int_opportunities_now') }}
    where account_id is not null and opportunity_type in ('new_business', 'expansion')
),

history as (
    select * from {{ ref('int_account_engagement_history') }}
),

participants as (
    select
        assigned.experiment_id,
        assigned.arm,
        assigned.account_id,
        experiments.started_on,
        experiments.measured_to_on
    from assigned
    inner join experiments on assigned.experiment_id = experiments.experiment_id
),

touched as (
    select
        participants.experiment_id,
        participants.account_id,
        count(*) as engagement_touches,
        sum(touchpoints.engagement_points) as engagement_points,
        count(distinct touchpoints.person_id) as engaged_people,
        count(distinct {{ sales_meeting_key('touchpoints') }}) as sales_meetings
    from participants
    inner join touchpoints
        on
            participants.account_id = touchpoints.account_id
            and {{ is_measured_on('touchpoints.occurred_on') }}
    group by participants.experiment_id, participants.account_id
),

dealt as (
    select
        participants.experiment_id,
        participants.account_id,
        sum(case when {{ is_measured_on('opportunities.created_on') }} then 1 else 0 end)
            as opportunities,
        sum(
            case
                when opportunities.is_won and {{ is_measured_on('opportunities.closed_on') }} then 1
                else 0
            end
        ) as wins
    from participants
    inner join opportunities on participants.account_id = opportunities.account_id
    group by participants.experiment_id, participants.account_id
),

-- The score on the last day, and on the day before the first.
scored as (
    select
        participants.experiment_id,
        participants.arm,
        participants.account_id,
        coalesce(history.aes, 0) as aes,
        coalesce(history.aes, 0) - coalesce(history_before.aes, 0) as aes_change
    from participants
    left join history
        on
            participants.account_id = history.account_id
            and {{ is_in_force('history', 'participants.measured_to_on') }}
    left join history as history_before
        on
            participants.account_id = history_before.account_id
            and {{ is_in_force('history_before', days_after('participants.started_on', -1)) }}
),

final as (
    select
        scored.experiment_id,
        scored.arm,
        scored.account_id,
        coalesce(touched.engagement_touches, 0) as engagement_touches,
        coalesce(touched.engagement_points, 0) as engagement_points,
        coalesce(touched.engaged_people, 0) as engaged_people,
        coalesce(touched.sales_meetings, 0) as sales_meetings,
        coalesce(dealt.opportunities, 0) as opportunities,
        coalesce(dealt.wins, 0) as wins,
        scored.aes,
        scored.aes_change
    from scored
    left join touched
        on
            scored.experiment_id = touched.experiment_id
            and scored.account_id = touched.account_id
    left join dealt
        on
            scored.experiment_id = dealt.experiment_id
            and scored.account_id = dealt.account_id
)

select * from final
