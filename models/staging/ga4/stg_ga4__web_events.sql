-- A table: three models read it, and its parameters are dear to unpack.
{{ config(materialized='updated_table') }}

with events as (
    {{ raw_rows('ga4', 'events') }}
),

final as (
    select
        -- ids
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

        -- strings
        event_name,
        {{ parameter_value('event_params', 'page_location', 'string_value') }} as page_url,
        {{ parameter_value('event_params', 'file_name', 'string_value') }} as file_name,
        {{ parameter_value('event_params', 'link_url', 'string_value') }} as link_url,
        lower({{ record_field('collected_traffic_source', 'manual_source') }}) as utm_source,
        lower({{ record_field('collected_traffic_source', 'manual_medium') }}) as utm_medium,
        {{ record_field('collected_traffic_source', 'manual_campaign_name') }} as utm_campaign,
        {{ record_field('collected_traffic_source', 'gclid') }} as click_id,

        -- numerics
        {{ parameter_value('event_params', 'percent_scrolled', 'int_value') }} as percent_scrolled,

        -- timestamps
        {{ timestamp_from_microseconds('event_timestamp') }} as occurred_at
    from events
)

select * from final
