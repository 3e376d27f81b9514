with touchpoints as (
    select * from {{ ref('int_touchpoints_channelled') }}
),

machine_agents as (
    select * from {{ ref('int_machine_agents_matched') }}
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
            or touchpoints.occurred_at
            <= {{ moment_after('touchpoints.delivered_at', 2, 'second') }},
            false
        ) as is_machine
    from touchpoints
    left join machine_agents on touchpoints.user_agent = machine_agents.user_agent
)

select * from final
