{{ config(materialized='view') }}

with email_deliveries as (
    select * from {{ ref('stg_marketo__activity_email_delivered') }}
),

email_opens as (
    select * from {{ ref('stg_marketo__activity_open_email') }}
),

email_clicks as (
    select * from {{ ref('stg_marketo__activity_click_email') }}
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
        mails.*,
        last_deliveries.delivered_at
    from mails
    left join last_deliveries
        on
            mails.source_table = last_deliveries.source_table
            and mails.activity_id = last_deliveries.activity_id
)

select * from final
