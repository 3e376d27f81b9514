{{ config(materialized='view') }}

with email_events as (
    select * from {{ ref('stg_hubspot__email_events') }}
),

email_opens as (
    select * from {{ ref('stg_hubspot__email_event_opens') }}
),

email_clicks as (
    select * from {{ ref('stg_hubspot__email_event_clicks') }}
),

form_submissions as (
    select * from {{ ref('stg_hubspot__contact_form_submissions') }}
),

engagements as (
    select * from {{ ref('stg_hubspot__engagements_attended') }}
),

-- A mail may be delivered again: an open or click answers the last delivery before it.
last_deliveries as (
    select
        email_events.email_event_id,
        max(deliveries.occurred_at) as delivered_at
    from email_events
    inner join email_events as deliveries
        on
            email_events.email_campaign_id = deliveries.email_campaign_id
            and email_events.recipient = deliveries.recipient
            and email_events.occurred_at >= deliveries.occurred_at
            and deliveries.event_type = 'DELIVERED'
    where email_events.event_type in ('OPEN', 'CLICK')
    group by email_events.email_event_id
),

final as (
    select
        {{ interaction_row({
            'source_system': "'hubspot'",
            'source_table': "'email_event'",
            'source_record_id': 'email_events.email_event_id',
            'occurred_at': 'email_events.occurred_at',
            'person_email': 'email_events.recipient',
            'record_type': 'email_events.event_type',
            'campaign_source_table': "'email_campaign'",
            'campaign_source_id':
                'cast(email_events.email_campaign_id as ' ~ dbt.type_string() ~ ')',
            'mail_id': 'cast(email_events.email_campaign_id as ' ~ dbt.type_string() ~ ')',
            'page_url': 'email_clicks.page_url',
            'user_agent': 'coalesce(email_opens.user_agent, email_clicks.user_agent)',
            'is_reported_machine': 'email_events.is_filtered',
            'delivered_at': 'last_deliveries.delivered_at',
        }) }}
    from email_events
    left join email_opens on email_events.email_event_id = email_opens.email_event_id
    left join email_clicks on email_events.email_event_id = email_clicks.email_event_id
    left join last_deliveries on email_events.email_event_id = last_deliveries.email_event_id

    union all

    select
        {{ interaction_row(dict({
            'source_system': "'hubspot'",
            'source_table': "'contact_form_submission'",
            'source_record_id': 'form_submission_id',
            'occurred_at': 'submitted_at',
            'person_record_id': 'contact_id',
            'record_type': 'form_title',
            'page_url': 'page_url',
        }, **utm_of_address('page_url'))) }}
    from form_submissions

    union all

    select
        {{ interaction_row({
            'source_system': "'hubspot'",
            'source_table': 'source_table',
            'source_record_id': 'cast(engagement_id as ' ~ dbt.type_string() ~ ')',
            'occurred_at': 'occurred_at',
            'person_record_id': 'contact_id',
            'account_id': 'account_id',
            'account_domain': 'account_domain',
            'outcome': 'outcome',
            'duration_seconds': 'duration_seconds',
        }) }}
    from engagements
)

select * from final
