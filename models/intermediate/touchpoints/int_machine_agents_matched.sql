-- Matched on the few distinct user agents, not on every touch.
with user_agents as (
    select distinct user_agent
    from {{ ref('int_touchpoints_identified') }}
    where user_agent is not null
),

patterns as (
    select * from {{ ref('machine_user_agents') }}
),

final as (
    select distinct user_agents.user_agent
    from user_agents
    inner join patterns on lower(user_agents.user_agent) like patterns.pattern
)

select * from final
