-- A table: three models read it, and its parameters are dear to unpack.
{{ config(materialized='updated_table') }}

{%- set session = 'session_traffic_source_last_click' %}
{%- set session_texts = {
    'google_campaign': ['google_ads_campaign.campaign_id', 'google_ads_campaign.campaign_name'],
    'session_source': ['manual_campaign.source', 'cross_channel_campaign.source'],
    'session_medium': ['manual_campaign.medium', 'cross_channel_campaign.medium'],
    'session_campaign': ['manual_campaign.campaign_name', 'cross_channel_campaign.campaign_name'],
} %}
{%- set batch = ['batch_page_id', 'batch_ordering_id', 'batch_event_index'] %}

with events as (
    {{ raw_rows('ga4', 'events') }}
),

sourced as (
    select
        *,
        {{ parameter_value('event_params', 'page_location', 'string_value') }} as page_url,
        {% for name, fields in session_texts.items() -%}
            coalesce(
                {%- for field in fields %}
                {{ stated_utm(record_field(session, field)) }}
                {%- if not loop.last %},{% endif %}
                {%- endfor %}
            ) as {{ name }},
        {% endfor -%}
        (
            lower({{ record_field(session, 'manual_campaign.source') }}) = '(direct)'
            or lower({{ record_field(session, 'cross_channel_campaign.source') }}) = '(direct)'
        ) as is_direct_session
    from events
),

-- The session's own source stands in the place of the event's, also where it is that there is none.
placed as (
    select
        *,
        coalesce(is_direct_session, false)
        or google_campaign is not null
        or session_source is not null
        or session_medium is not null as is_session_source
    from sourced
),

final as (
    select
        -- ids
        source_connection,
        'ga4' as source_system,
        'events' as source_table,
        user_pseudo_id as visitor_id,
        cast({{ parameter_value('event_params', 'ga_session_id', 'int_value') }}
            as {{ dbt.type_string() }}) as session_number,
        case
            when user_id like '%@%' then lower(user_id) else {{ salesforce_id('user_id') }}
        end as user_id,
        batch_page_id,
        batch_ordering_id,
        batch_event_index,
        case
            when {{ batch | join(' is null and ') }} is null
                then {{ dbt.hash(text_of('event_params', 'struct')) }}
        end as parameters_hash,

        -- strings
        event_name,
        page_url,
        {{ parameter_value('event_params', 'file_name', 'string_value') }} as file_name,
        {{ parameter_value('event_params', 'link_url', 'string_value') }} as link_url,
        lower(case
            when not is_session_source
                then {{ stated_utm(record_field('collected_traffic_source', 'manual_source')) }}
            when google_campaign is not null then 'google'
            else session_source
        end) as utm_source,
        lower(case
            when not is_session_source
                then {{ stated_utm(record_field('collected_traffic_source', 'manual_medium')) }}
            when google_campaign is not null then 'cpc'
            else session_medium
        end) as utm_medium,
        case
            when not is_session_source
                then
                    {{ stated_utm(record_field(
                        'collected_traffic_source', 'manual_campaign_name'
                    )) }}
            else coalesce(google_campaign, session_campaign)
        end as utm_campaign,
        {{ stated_utm(record_field('collected_traffic_source', 'gclid')) }} as click_id,
        {{ ad_click_id('page_url') }} as page_click_id,

        -- numerics
        {{ parameter_value('event_params', 'percent_scrolled', 'int_value') }} as percent_scrolled,

        -- booleans
        is_session_source,

        -- timestamps
        {{ timestamp_from_microseconds('event_timestamp') }} as occurred_at
    from placed
)

select * from final
