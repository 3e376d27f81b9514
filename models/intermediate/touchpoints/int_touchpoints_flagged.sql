with touchpoints as (
    select * from {{ ref('int_touchpoints_identified') }}
),

repeated as (
    select * from {{ ref('int_touchpoints_repeated') }}
),

click_bursts as (
    select * from {{ ref('int_click_bursts') }}
),

patterns as (
    select * from {{ ref('machine_user_agents') }}
),

-- Matched on the few distinct user agents, not on every touch.
user_agents as (
    select distinct user_agent
    from {{ ref('int_touchpoints_identified') }}
    where user_agent is not null
),

machine_agents as (
    select distinct user_agents.user_agent
    from user_agents
    inner join patterns on lower(user_agents.user_agent) like patterns.pattern
),

final as (
    select
        {{ surrogate_key([
            'touchpoints.source_system', 'touchpoints.source_table',
            'touchpoints.source_record_id', 'touchpoints.interaction_type',
            'touchpoints.attendee_key',
            'touchpoints.content_asset_id', 'touchpoints.file_name',
        ]) }} as touchpoint_id,
        touchpoints.*,
        coalesce(
            touchpoints.is_reported_machine
            or machine_agents.user_agent is not null
            or click_bursts.source_record_id is not null
            or touchpoints.occurred_at
            <= {{ moment_after('touchpoints.delivered_at', 2, 'second') }},
            false
        ) as is_machine
    from touchpoints
    left join repeated
        on
            touchpoints.source_system = repeated.source_system
            and touchpoints.source_table = repeated.source_table
            and touchpoints.source_record_id = repeated.source_record_id
            and touchpoints.interaction_type = repeated.interaction_type
            and touchpoints.person_id = repeated.person_id
            and touchpoints.occurred_at = repeated.occurred_at
            and coalesce(touchpoints.campaign_name_key, touchpoints.content_asset_id, '')
            = repeated.subject_key
    left join click_bursts
        on
            touchpoints.interaction_type = 'email_click'
            and touchpoints.source_system = click_bursts.source_system
            and touchpoints.source_table = click_bursts.source_table
            and touchpoints.source_record_id = click_bursts.source_record_id
            and touchpoints.attendee_key = click_bursts.attendee_key
    left join machine_agents on touchpoints.user_agent = machine_agents.user_agent
    where repeated.source_system is null
)

select * from final
