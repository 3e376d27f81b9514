-- Web events up to the as-of day with their session. A consent tool may take the session number
-- away; the visitor's day then stands in for it. Without a visitor there is no session.
with web_events as (
    select * from {{ ref('int_web_event_records') }}
),

final as (
    select
        *,
        visitor_id || '.' || coalesce(
            session_number, cast({{ date_of('occurred_at') }} as {{ dbt.type_string() }})
        ) as session_id
    from web_events
    where visitor_id is not null and {{ is_by_as_of('occurred_at') }}
)

select * from final
