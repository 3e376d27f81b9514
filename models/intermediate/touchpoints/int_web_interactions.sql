-- What a web session holds: the visit, its pricing pages, assets viewed and files downloaded, in
-- the shape of every other interaction. A table, because it is read twice and dear to make.
{{ config(materialized='updated_table') }}

with web_events as (
    select * from {{ ref('int_web_events') }}
),

pages as (
    select * from {{ ref('int_web_pages') }}
),

paged_events as (
    select
        web_events.session_id,
        web_events.event_name,
        web_events.occurred_at,
        web_events.percent_scrolled,
        web_events.file_name,
        pages.content_asset_id,
        coalesce(pages.is_pricing_page, false) as is_pricing_page,
        link_pages.content_asset_id as linked_asset_id,
        link_pages.url_path as linked_path
    from web_events
    left join pages on web_events.page_url = pages.url
    left join pages as link_pages on web_events.link_url = link_pages.url
),

sessions as (
    select
        source_system,
        source_table,
        session_id,
        visitor_id,
        min(case when event_name = 'page_view' then occurred_at end) as first_page_view_at,
        cast(sum(case when event_name = 'page_view' then 1 else 0 end) as integer) as page_views
    from web_events
    group by source_system, source_table, session_id, visitor_id
),

sourced_events as (
    select
        session_id,
        utm_source,
        utm_medium,
        utm_campaign,
        click_id,
        row_number() over (
            partition by session_id
            order by
                occurred_at, utm_source nulls last, utm_medium nulls last,
                utm_campaign nulls last, click_id nulls last
        ) as source_rank
    from web_events
    where utm_source is not null or utm_medium is not null or click_id is not null
),

visits as (
    select
        session_id,
        'session' as record_type,
        first_page_view_at as occurred_at,
        cast(null as {{ dbt.type_string() }}) as content_asset_id,
        cast(null as {{ dbt.type_string() }}) as file_name,
        cast(null as {{ type_decimal(4, 9) }}) as content_depth
    from sessions
),

pricing_visits as (
    select
        session_id,
        'pricing_page' as record_type,
        min(occurred_at) as occurred_at,
        min(content_asset_id) as content_asset_id,
        cast(null as {{ dbt.type_string() }}) as file_name,
        cast(null as {{ type_decimal(4, 9) }}) as content_depth
    from paged_events
    where event_name = 'page_view' and is_pricing_page
    group by session_id
),

asset_views as (
    select
        session_id,
        'asset_page' as record_type,
        min(case when event_name = 'page_view' then occurred_at end) as occurred_at,
        content_asset_id,
        cast(null as {{ dbt.type_string() }}) as file_name,
        cast(
            max(case when percent_scrolled between 0 and 100 then percent_scrolled end) / 100.0
            as {{ type_decimal(4, 9) }}
        ) as content_depth
    from paged_events
    where content_asset_id is not null and not is_pricing_page
    group by session_id, content_asset_id
),

downloads as (
    select
        session_id,
        'file' as record_type,
        min(occurred_at) as occurred_at,
        min(coalesce(linked_asset_id, content_asset_id)) as content_asset_id,
        coalesce(file_name, linked_path) as file_name,
        cast(null as {{ type_decimal(4, 9) }}) as content_depth
    from paged_events
    where event_name = 'file_download'
    group by session_id, coalesce(file_name, linked_path)
),

unioned as (
    select * from visits
    union all
    select * from pricing_visits
    union all
    select * from asset_views
    union all
    select * from downloads
),

final as (
    select
        {{ interaction_row({
            'source_system': 'sessions.source_system',
            'source_table': 'sessions.source_table',
            'source_record_id': 'sessions.session_id',
            'occurred_at': 'unioned.occurred_at',
            'visitor_id': 'sessions.visitor_id',
            'session_id': 'sessions.session_id',
            'record_type': 'unioned.record_type',
            'utm_campaign': 'sourced_events.utm_campaign',
            'utm_source': 'sourced_events.utm_source',
            'utm_medium': 'sourced_events.utm_medium',
            'click_id': 'sourced_events.click_id',
            'content_asset_id': 'unioned.content_asset_id',
            'file_name': 'unioned.file_name',
            'content_depth': 'unioned.content_depth',
            'page_views': "case when unioned.record_type = 'session' then sessions.page_views end",
        }) }}
    from unioned
    inner join sessions on unioned.session_id = sessions.session_id
    left join sourced_events
        on unioned.session_id = sourced_events.session_id and sourced_events.source_rank = 1
    where unioned.occurred_at is not null
)

select * from final
