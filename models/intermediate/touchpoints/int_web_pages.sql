with web_events as (
    select * from {{ ref('int_web_event_records') }}
),

interactions as (
    select * from {{ ref('int_interaction_records') }}
),

content_assets as (
    select * from {{ ref('int_content_assets') }}
),

addresses as (
    select page_url as url
    from web_events
    where page_url is not null

    union distinct

    select link_url as url
    from web_events
    where link_url is not null

    union distinct

    select page_url as url
    from interactions
    where page_url is not null
),

paths as (
    select
        url,
        {{ web_path('url') }} as url_path
    from addresses
),

-- Two assets on one path: the first id, so that a page never counts twice.
assets_by_path as (
    select
        url_path,
        {{ minimum_text('content_asset_id') }} as content_asset_id
    from content_assets
    where url_path <> ''
    group by url_path
),

final as (
    select
        paths.url,
        paths.url_path,
        assets_by_path.content_asset_id,
        (
            coalesce(content_assets.asset_type, '') = 'pricing'
            or (
                paths.url_path like '{{ var("pricing_page_pattern") }}'
                and coalesce(content_assets.asset_type, '') <> 'comparison'
            )
        ) as is_pricing_page
    from paths
    left join assets_by_path on paths.url_path = assets_by_path.url_path
    left join content_assets
        on assets_by_path.content_asset_id = content_assets.content_asset_id
)

select * from final
