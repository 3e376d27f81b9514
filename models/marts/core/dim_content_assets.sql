with content_assets as (
    select * from {{ ref('int_content_assets') }}
),

final as (
    select
        content_asset_id,
        title,
        asset_type,
        target_persona,
        url_path
    from content_assets

    union all

    select
        'unknown' as content_asset_id,
        'No known asset' as title,
        'unknown' as asset_type,
        null as target_persona,
        null as url_path
)

select * from final
