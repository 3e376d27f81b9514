-- One row per interaction and person: campaign responses, completed tasks, calendar events.
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

responses as (
    select
        'campaign_member' as source_table,
        campaign_members.campaign_member_id as source_record_id,
        coalesce(
            {{ noon_of('campaign_members.first_responded_on') }}, campaign_members.created_at
        ) as occurred_at,
        campaign_members.first_responded_on is not null as is_date_only,
        cast(null as {{ dbt.type_timestamp() }}) as counts_from_at,
        campaign_members.loaded_at,
        coalesce(campaign_members.contact_id, campaign_members.lead_id) as person_record_id,
        cast(null as {{ dbt.type_string() }}) as account_id,
        campaigns.campaign_type as record_type,
        cast(null as {{ dbt.type_string() }}) as subject,
        cast(null as {{ dbt.type_string() }}) as outcome,
        cast(null as integer) as duration_seconds,
        campaign_members.campaign_source_id
    from campaign_members
    left join campaigns on campaign_members.campaign_source_id = campaigns.campaign_source_id
    where campaign_members.has_responded
),

task_rows as (
    select
        'task' as source_table,
        tasks.task_id as source_record_id,
        coalesce(tasks.completed_at, {{ noon_of('tasks.due_on') }}) as occurred_at,
        tasks.completed_at is null as is_date_only,
        cast(null as {{ dbt.type_timestamp() }}) as counts_from_at,
        tasks.loaded_at,
        task_people.person_record_id,
        tasks.account_id,
        tasks.task_kind as record_type,
        case when tasks.task_kind = 'email' then tasks.subject end as subject,
        case when tasks.task_kind = 'call' then tasks.call_disposition end as outcome,
        case when tasks.task_kind = 'call' then tasks.call_duration_in_seconds end
            as duration_seconds,
        cast(null as {{ dbt.type_string() }}) as campaign_source_id
    from tasks
    left join task_people on tasks.task_id = task_people.task_id
    where tasks.is_completed
),

event_rows as (
    select
        'event' as source_table,
        events.event_id as source_record_id,
        events.started_at as occurred_at,
        false as is_date_only,
        coalesce(events.ended_at, events.started_at) as counts_from_at,
        events.loaded_at,
        event_people.person_record_id,
        events.account_id,
        coalesce(events.event_type, 'event') as record_type,
        events.subject,
        cast(null as {{ dbt.type_string() }}) as outcome,
        cast(null as integer) as duration_seconds,
        cast(null as {{ dbt.type_string() }}) as campaign_source_id
    from events
    left join event_people on events.event_id = event_people.event_id
),

unioned as (
    select * from responses
    union all
    select * from task_rows
    union all
    select * from event_rows
),

final as (
    select
        'salesforce' as source_system,
        unioned.*,
        {{ other_interaction_columns(given=[
            'source_system', 'source_table', 'source_record_id', 'occurred_at', 'is_date_only',
            'counts_from_at', 'loaded_at', 'person_record_id', 'account_id', 'record_type',
            'subject', 'outcome', 'duration_seconds', 'campaign_source_id',
        ]) }}
    from unioned
)

select * from final
