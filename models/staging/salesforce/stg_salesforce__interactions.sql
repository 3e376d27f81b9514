{{ config(materialized='view') }}

with campaign_members as (
    select * from {{ ref('stg_salesforce__campaign_members') }}
),

campaigns as (
    select * from {{ ref('stg_salesforce__campaigns') }}
),

tasks as (
    select * from {{ ref('stg_salesforce__tasks') }}
),

task_relations as (
    select * from {{ ref('stg_salesforce__task_relations') }}
),

events as (
    select * from {{ ref('stg_salesforce__events') }}
),

event_relations as (
    select * from {{ ref('stg_salesforce__event_relations') }}
),

-- The person of the record itself and its further attendees; union drops the repetition.
task_people as (
    select
        task_id,
        person_record_id
    from tasks
    where person_record_id is not null

    union distinct

    select
        task_id,
        person_record_id
    from task_relations
    where {{ is_salesforce_person('person_record_id') }}
),

event_people as (
    select
        event_id,
        person_record_id
    from events
    where person_record_id is not null

    union distinct

    select
        event_id,
        person_record_id
    from event_relations
    where {{ is_salesforce_person('person_record_id') }}
),

final as (
    select
        {{ interaction_row({
            'source_system': "'salesforce'",
            'source_table': "'campaign_member'",
            'source_record_id': 'campaign_members.campaign_member_id',
            'occurred_at': 'coalesce(' ~ noon_of('campaign_members.first_responded_on')
                ~ ', campaign_members.created_at)',
            'is_date_only': 'campaign_members.first_responded_on is not null',
            'person_record_id': 'coalesce(campaign_members.contact_id, campaign_members.lead_id)',
            'record_type': 'campaigns.campaign_type',
            'campaign_source_table': "'campaign'",
            'campaign_source_id': 'campaign_members.campaign_source_id',
        }) }}
    from campaign_members
    left join campaigns on campaign_members.campaign_source_id = campaigns.campaign_source_id
    where campaign_members.has_responded

    union all

    select
        {{ interaction_row({
            'source_system': "'salesforce'",
            'source_table': "'task'",
            'source_record_id': 'tasks.task_id',
            'occurred_at': 'coalesce(tasks.completed_at, ' ~ noon_of('tasks.due_on') ~ ')',
            'is_date_only': 'tasks.completed_at is null',
            'person_record_id': 'task_people.person_record_id',
            'account_id': 'tasks.account_id',
            'record_type': 'tasks.task_kind',
            'subject': "case when tasks.task_kind = 'email' then tasks.subject end",
            'outcome': "case when tasks.task_kind = 'call' then tasks.call_disposition end",
            'duration_seconds':
                "case when tasks.task_kind = 'call' then tasks.call_duration_in_seconds end",
        }) }}
    from tasks
    left join task_people on tasks.task_id = task_people.task_id
    where tasks.is_completed

    union all

    select
        {{ interaction_row({
            'source_system': "'salesforce'",
            'source_table': "'event'",
            'source_record_id': 'events.event_id',
            'occurred_at': 'events.started_at',
            'counts_from_at': 'coalesce(events.ended_at, events.started_at)',
            'person_record_id': 'event_people.person_record_id',
            'account_id': 'events.account_id',
            'record_type': "coalesce(events.event_type, 'event')",
            'subject': 'events.subject',
        }) }}
    from events
    left join event_people on events.event_id = event_people.event_id
    where not events.is_calendar_copy
)

select * from final
