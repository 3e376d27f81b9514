with content_assets as (
    {{ raw_rows('abm_program', 'content_assets') }}
),

final as (
    select
        source_connection,
        content_asset_id,
        {{ impersonal_value(web_path('url_path')) }} as url_path,
        title,
        {{ impersonal_value('lower(asset_type)') }} as asset_type,
        {{ impersonal_value('target_persona') }} as target_persona
    from content_assets
)

select * from final
