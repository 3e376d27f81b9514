-- Sessions whose person is known. A visitor is the one person whose user id it ever carried; where
-- it carried several, each session is the person of its own user id. A table, so that engines know
-- how few they are before they join every touch with them.
{{ config(materialized='table') }}

with web_events as (
    select * from {{ ref('int_web_events') }}
),

person_records as (
    select * from {{ ref('int_person_records_unified') }}
),

identities as (
    select
        person_record_id as user_id,
        {{ minimum_text('person_id') }} as person_id
    from person_records
    where source_system = '{{ var("crm") }}'
    group by person_record_id

    union all

    select distinct
        email as user_id,
        person_id
    from person_records
    where email is not null
),

session_users as (
    select distinct
        visitor_id,
        session_id,
        user_id
    from web_events
    where user_id is not null
),

session_people as (
    select
        session_users.visitor_id,
        session_users.session_id,
        identities.person_id,
        coalesce(identities.person_id, session_users.user_id) as user_or_person
    from session_users
    left join identities on session_users.user_id = identities.user_id
),

-- A user id that nobody knows is somebody else all the same.
visitors as (
    select
        visitor_id,
        {{ minimum_text('person_id') }} as person_id,
        count(distinct user_or_person) as n_people
    from session_people
    group by visitor_id
),

sessions as (
    select
        session_id,
        {{ minimum_text('person_id') }} as person_id
    from session_people
    group by session_id
    having count(distinct user_or_person) = 1
),

visitor_sessions as (
    select distinct
        visitor_id,
        session_id
    from web_events
),

final as (
    select
        visitor_sessions.session_id,
        case when visitors.n_people = 1 then visitors.person_id else sessions.person_id end
            as person_id
    from visitor_sessions
    inner join visitors on visitor_sessions.visitor_id = visitors.visitor_id
    left join sessions on visitor_sessions.session_id = sessions.session_id
    where
        case when visitors.n_people = 1 then visitors.person_id else sessions.person_id end
        is not null
)

select * from final
