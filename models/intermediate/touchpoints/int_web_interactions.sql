-- A table, because it is read twice and dear to make.
{{ config(materialized='updated_table') }}

with web_events as (
    select * from {{ ref('int_web_events') }}
),

pages as (
    select * from {{ ref('int_web_pages') }}
),

paged_events as (
    select
        web_events.session_id, web_events.event_name, web_events.occurred_at,
        case when web_events.percent_scrolled between 0 and 100 then web_events.percent_scrolled end
            as percent_scrolled,
        {{ impersonal_id('coalesce(web_events.file_name, link_pages.url_path)') }} as file_name,
        coalesce(link_pages.content_asset_id, pages.content_asset_id) as file_asset_id,
        pages.content_asset_id,
        coalesce(pages.is_pricing_page, false) as is_pricing_page
    from web_events
    left join pages on web_events.page_url = pages.url
    left join pages as link_pages on web_events.link_url = link_pages.url
),

sessions as (
    select
        source_system, source_table, session_id, visitor_id,
        min(case when event_name = 'page_view' then occurred_at end) as first_page_view_at,
        {{ minimum_text('page_click_id') }} as page_click_id,
        coalesce({{ minimum_text('page_click_id') }}, {{ minimum_text('click_id') }})
            as any_click_id,
        cast(sum(case when event_name = 'page_view' then 1 else 0 end) as integer) as page_views
    from web_events
    group by source_system, source_table, session_id, visitor_id
),

sourced_events as (
    select
        *,
        row_number() over (
            partition by session_id
            order by
                case when is_session_source then 0 else 1 end, occurred_at
                {%- for name in ['utm_source', 'utm_medium', 'utm_campaign', 'click_id'] -%}
                , {{ binary_order(name) }} nulls last {%- endfor %}
        ) as source_rank
    from web_events
    where is_session_source or coalesce(utm_source, utm_medium, click_id) is not null
),

-- An ad that is clicked and the visit that it opens are one act and two touches.
items as (
    {%- for record_type, condition in {
        'session': 'true', 'ad_click': 'any_click_id is not null',
    }.items() %}
    select
        session_id,
        '{{ record_type }}' as record_type,
        first_page_view_at as occurred_at,
        cast(null as {{ dbt.type_string() }}) as content_asset_id,
        cast(null as {{ dbt.type_string() }}) as file_name,
        cast(null as {{ type_decimal(4, 9) }}) as content_depth
    from sessions
    where {{ condition }}

    union all
    {% endfor %}
    select
        session_id,
        case when is_pricing_page then 'pricing_page' else 'asset_page' end as record_type,
        min(case when event_name = 'page_view' then occurred_at end) as occurred_at,
        {{ minimum_text("case when event_name = 'page_view' then content_asset_id end") }}
            as content_asset_id, null as file_name,
        cast(
            max(case when not is_pricing_page then percent_scrolled end) / 100.0
            as {{ type_decimal(4, 9) }}
        ) as content_depth
    from paged_events
    where is_pricing_page or content_asset_id is not null
    group by session_id, is_pricing_page, case when not is_pricing_page then content_asset_id end

    union all

    select
        session_id, 'file' as record_type, min(occurred_at) as occurred_at,
        {{ minimum_text('file_asset_id') }} as content_asset_id, file_name, null as content_depth
    from paged_events
    where event_name = 'file_download'
    group by session_id, file_name
),

final as (
    select
        {{ interaction_row({
            'source_system': 'sessions.source_system',
            'source_table': 'sessions.source_table',
            'source_record_id': 'sessions.session_id',
            'occurred_at': 'items.occurred_at',
            'visitor_id': 'sessions.visitor_id',
            'session_id': 'sessions.session_id',
            'record_type': 'items.record_type',
            'utm_campaign': 'sourced_events.utm_campaign',
            'utm_source': 'sourced_events.utm_source',
            'utm_medium': 'sourced_events.utm_medium',
            'click_id': "case items.record_type when 'ad_click' then sessions.any_click_id
                else coalesce(sessions.page_click_id, sourced_events.click_id) end",
            'content_asset_id': 'items.content_asset_id',
            'file_name': 'items.file_name',
            'content_depth': 'items.content_depth',
            'page_views': "case when items.record_type = 'session' then sessions.page_views end",
        }) }}
    from items
    inner join sessions on items.session_id = sessions.session_id
    left join sourced_events
        on items.session_id = sourced_events.session_id and sourced_events.source_rank = 1
    where items.occurred_at is not null
)

select * from final
