{{ config(materialized='view') }}

with mails as (
    select * from {{ ref('stg_marketo__mails') }}
),

form_fills as (
    select * from {{ ref('stg_marketo__activity_fill_out_form') }}
),

page_visits as (
    select * from {{ ref('stg_marketo__activity_visit_webpage') }}
),

progressions as (
    select * from {{ ref('stg_marketo__activity_change_status_in_progression') }}
),

programs as (
    select * from {{ ref('stg_marketo__programs') }}
),

final as (
    select
        {{ interaction_row({
            'source_system': "'marketo'",
            'source_table': 'source_table',
            'source_record_id': 'activity_id',
            'occurred_at': 'occurred_at',
            'person_record_id': 'lead_id',
            'campaign_source_table': "'campaign'",
            'campaign_source_id': 'campaign_source_id',
            'mail_id': 'coalesce(cast(mail_id as ' ~ dbt.type_string() ~ '), campaign_source_id)',
            'page_url': 'page_url',
            'user_agent': 'user_agent',
            'delivered_at': 'delivered_at',
        }) }}
    from mails

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
        {{ interaction_row(dict({
            'source_system': "'marketo'",
            'source_table': "'activity_visit_webpage'",
            'source_record_id': 'activity_id',
            'occurred_at': 'occurred_at',
            'person_record_id': 'lead_id',
            'page_url': 'page_url',
            'user_agent': 'user_agent',
        }, **utm_of_address('link_url'))) }}
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
