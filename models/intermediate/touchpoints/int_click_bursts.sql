-- Clicks with which a gateway follows the links of a mail before it lets the mail through. A table:
-- few rows, dear to find.
{{ config(materialized='table') }}

with clicks as (
    select
        source_system,
        source_table,
        source_record_id,
        attendee_key,
        mail_id,
        page_url,
        occurred_at
    from {{ ref('int_touchpoints_identified') }}
    where interaction_type = 'email_click' and mail_id is not null and attendee_key is not null
),

-- Nearly nobody follows three links of a mail, so the comparison of rows below is small.
many_links as (
    select
        source_system,
        mail_id,
        attendee_key
    from clicks
    group by source_system, mail_id, attendee_key
    having count(distinct page_url) >= 3
),

candidates as (
    select clicks.*
    from clicks
    inner join many_links
        on
            clicks.source_system = many_links.source_system
            and clicks.mail_id = many_links.mail_id
            and clicks.attendee_key = many_links.attendee_key
),

bursts as (
    select
        starts.source_system,
        starts.mail_id,
        starts.attendee_key,
        starts.occurred_at as began_at
    from candidates as starts
    inner join candidates as followers
        on
            starts.source_system = followers.source_system
            and starts.mail_id = followers.mail_id
            and starts.attendee_key = followers.attendee_key
            and starts.occurred_at <= followers.occurred_at
            and followers.occurred_at <= {{ moment_after('starts.occurred_at', 5, 'second') }}
    group by starts.source_system, starts.mail_id, starts.attendee_key, starts.occurred_at
    having count(distinct followers.page_url) >= 3
),

final as (
    select distinct
        candidates.source_system,
        candidates.source_table,
        candidates.source_record_id,
        candidates.attendee_key
    from candidates
    inner join bursts
        on
            candidates.source_system = bursts.source_system
            and candidates.mail_id = bursts.mail_id
            and candidates.attendee_key = bursts.attendee_key
            and candidates.occurred_at >= bursts.began_at
            and candidates.occurred_at <= {{ moment_after('bursts.began_at', 5, 'second') }}
)

select * from final
