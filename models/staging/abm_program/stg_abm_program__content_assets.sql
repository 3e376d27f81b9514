with content_assets as (
    {{ raw_rows('abm_program', 'content_assets') }}
),

final as (
    select
        source_connection,
        content_asset_id,
        {{ web_path('url_path') }} as url_path,
        title,
        lower(asset_type) as asset_type,
        target_persona
    from content_assets
)

select * from final
