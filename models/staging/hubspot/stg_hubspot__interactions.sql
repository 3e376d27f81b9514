-- One row per mail that was delivered, opened or clicked, and per form that was sent.
with email_events as (
    select * from {{ ref('stg_hubspot__email_events') }}
),

email_opens as (
    select * from {{ ref('stg_hubspot__email_opens') }}
),

email_clicks as (
    select * from {{ ref('stg_hubspot__email_clicks') }}
),

form_submissions as (
    select * from {{ ref('stg_hubspot__form_submissions') }}
),

deliveries as (
    select
        email_campaign_id,
        recipient,
        min(occurred_at) as delivered_at
    from email_events
    where event_type = 'DELIVERED'
    group by email_campaign_id, recipient
),

mails as (
    select
        'email_event' as source_table,
        email_events.email_event_id as source_record_id,
        email_events.occurred_at,
        email_events.loaded_at,
        cast(null as {{ dbt.type_string() }}) as person_record_id,
        email_events.recipient as person_email,
        email_events.event_type as record_type,
        cast(email_events.email_campaign_id as {{ dbt.type_string() }}) as campaign_source_id,
        email_clicks.page_url,
        coalesce(email_opens.user_agent, email_clicks.user_agent) as user_agent,
        email_events.is_filtered as is_reported_machine,
        case when email_events.event_type in ('OPEN', 'CLICK') then deliveries.delivered_at end
            as delivered_at
    from email_events
    left join email_opens on email_events.email_event_id = email_opens.email_event_id
    left join email_clicks on email_events.email_event_id = email_clicks.email_event_id
    left join deliveries
        on
            email_events.email_campaign_id = deliveries.email_campaign_id
            and email_events.recipient = deliveries.recipient
),

forms as (
    select
        'contact_form_submission' as source_table,
        form_submission_id as source_record_id,
        submitted_at as occurred_at,
        loaded_at,
        contact_id as person_record_id,
        cast(null as {{ dbt.type_string() }}) as person_email,
        form_title as record_type,
        cast(null as {{ dbt.type_string() }}) as campaign_source_id,
        page_url,
        cast(null as {{ dbt.type_string() }}) as user_agent,
        false as is_reported_machine,
        cast(null as {{ dbt.type_timestamp() }}) as delivered_at
    from form_submissions
),

unioned as (
    select * from mails
    union all
    select * from forms
),

final as (
    select
        'hubspot' as source_system,
        unioned.*,
        false as is_date_only,
        {{ other_interaction_columns(given=[
            'source_system', 'source_table', 'source_record_id', 'occurred_at', 'is_date_only',
            'loaded_at', 'person_record_id', 'person_email', 'record_type', 'campaign_source_id',
            'page_url', 'user_agent', 'is_reported_machine', 'delivered_at',
        ]) }}
    from unioned
)

select * from final
