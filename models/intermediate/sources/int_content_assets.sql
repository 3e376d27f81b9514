with content_assets as (
    select * from {{ ref('stg_abm_program__content_assets') }}
)

select * from content_assets
