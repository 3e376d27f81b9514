with email_deliveries as (
    select * from {{ ref('stg_marketo__email_deliveries') }}
),

email_opens as (
    select * from {{ ref('stg_marketo__email_opens') }}
),

email_clicks as (
    select * from {{ ref('stg_marketo__email_clicks') }}
),

form_fills as (
    select * from {{ ref('stg_marketo__form_fills') }}
),

page_visits as (
    select * from {{ ref('stg_marketo__page_visits') }}
),

progressions as (
    select * from {{ ref('stg_marketo__progressions') }}
),

programs as (
    select * from {{ ref('stg_marketo__programs') }}
),

mails as (
    select
        'activity_email_delivered' as source_table,
        activity_id,
        lead_id,
        campaign_source_id,
        mail_id,
        cast(null as {{ dbt.type_string() }}) as page_url,
        cast(null as {{ dbt.type_string() }}) as user_agent,
        occurred_at
    from email_deliveries

    union all

    select
        'activity_open_email' as source_table,
        activity_id,
        lead_id,
        campaign_source_id,
        mail_id,
        null as page_url,
        user_agent,
        occurred_at
    from email_opens

    union all

    select
        'activity_click_email' as source_table,
        activity_id,
        lead_id,
        campaign_source_id,
        mail_id,
        page_url,
        user_agent,
        occurred_at
    from email_clicks
),

-- A mail may be delivered again: an open or click answers the last delivery before it.
last_deliveries as (
    select
        mails.source_table,
        mails.activity_id,
        max(email_deliveries.occurred_at) as delivered_at
    from mails
    inner join email_deliveries
        on
            mails.lead_id = email_deliveries.lead_id
            and mails.campaign_source_id = email_deliveries.campaign_source_id
            and mails.mail_id = email_deliveries.mail_id
            and mails.occurred_at >= email_deliveries.occurred_at
    where mails.source_table <> 'activity_email_delivered'
    group by mails.source_table, mails.activity_id
),

final as (
    select
        {{ interaction_row({
            'source_system': "'marketo'",
            'source_table': 'mails.source_table',
            'source_record_id': 'mails.activity_id',
            'occurred_at': 'mails.occurred_at',
            'person_record_id': 'mails.lead_id',
            'campaign_source_table': "'campaign'",
            'campaign_source_id': 'mails.campaign_source_id',
            'page_url': 'mails.page_url',
            'user_agent': 'mails.user_agent',
            'delivered_at': 'last_deliveries.delivered_at',
        }) }}
    from mails
    left join last_deliveries
        on
            mails.source_table = last_deliveries.source_table
            and mails.activity_id = last_deliveries.activity_id

    union all

    select
        {{ interaction_row({
            'source_system': "'marketo'",
            'source_table': "'activity_fill_out_form'",
            'source_record_id': 'activity_id',
            'occurred_at': 'occurred_at',
            'person_record_id': 'lead_id',
            'record_type': 'form_name',
        }) }}
    from form_fills

    union all

    select
        {{ interaction_row({
            'source_system': "'marketo'",
            'source_table': "'activity_visit_webpage'",
            'source_record_id': 'activity_id',
            'occurred_at': 'occurred_at',
            'person_record_id': 'lead_id',
            'page_url': 'page_url',
            'utm_campaign': query_parameter('link_url', 'utm_campaign'),
            'utm_source': query_parameter('link_url', 'utm_source'),
            'utm_medium': query_parameter('link_url', 'utm_medium'),
            'click_id': query_parameter('link_url', 'gclid'),
            'user_agent': 'user_agent',
        }) }}
    from page_visits

    union all

    select
        {{ interaction_row({
            'source_system': "'marketo'",
            'source_table': "'activity_change_status_in_progression'",
            'source_record_id': 'progressions.activity_id',
            'occurred_at': 'progressions.occurred_at',
            'person_record_id': 'progressions.lead_id',
            'record_type': 'programs.program_channel',
            'outcome': "case when progressions.is_success then 'success' else 'no success' end",
            'campaign_source_table': "'program'",
            'campaign_source_id': 'progressions.program_id',
        }) }}
    from progressions
    left join programs on progressions.program_id = programs.program_id
)

select * from final
