{{ config(materialized='view') }}

with touchpoints as (
    select * from {{ ref('stg_custom__touchpoints') }}
),

final as (
    select
        {{ interaction_row({
            'source_system': "'custom'",
            'source_table': "'touchpoints'",
            'source_record_id': 'touchpoint_source_id',
            'occurred_at': 'occurred_at',
            'person_email': 'person_email',
            'account_id': 'account_id',
            'account_domain': 'account_domain',
            'record_type': 'interaction_type',
            'stated_channel': 'channel',
            'campaign_source_table': "'touchpoints'",
            'campaign_source_id': 'campaign_name',
            'content_asset_id': 'content_asset_id',
            'content_depth': 'content_depth',
        }) }}
    from touchpoints
)

select * from final
