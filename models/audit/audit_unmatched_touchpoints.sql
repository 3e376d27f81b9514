with touchpoints as (
    select * from {{ ref('int_touchpoints') }}
),

interactions as (
    select * from {{ ref('int_interaction_records') }}
),

web_events as (
    select * from {{ ref('int_web_event_records') }}
    where {{ is_by_as_of('occurred_at') }}
),

-- Without a moment an interaction cannot become a touch at all.
undated as (
    select source_system
    from interactions
    where occurred_at is null
),

reasons as (
    select
        source_system,
        unmatched_reason as reason
    from touchpoints

    union all

    select
        source_system,
        'undated' as reason
    from undated
),

systems as (
    select
        source_system,
        count(*) as n_system
    from reasons
    group by source_system
),

unmatched as (
    select
        source_system,
        reason,
        count(*) as n_touchpoints
    from reasons
    where reason is not null
    group by source_system, reason
),

-- Without consent there is no visitor, so events cannot become sessions, let alone touches.
without_consent as (
    select
        source_system,
        sum(case when visitor_id is null then 1 else 0 end) as n_events,
        count(*) as n_system
    from web_events
    group by source_system
),

final as (
    select
        unmatched.source_system,
        unmatched.reason,
        cast(unmatched.n_touchpoints as bigint) as n_touchpoints,
        cast(unmatched.n_touchpoints as {{ type_double() }}) / systems.n_system as share
    from unmatched
    inner join systems on unmatched.source_system = systems.source_system

    union all

    select
        source_system,
        'not_identifiable' as reason,
        cast(n_events as bigint) as n_touchpoints,
        cast(n_events as {{ type_double() }}) / n_system as share
    from without_consent
    where n_events > 0
)

select * from final
