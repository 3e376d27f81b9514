with touchpoints as (
    {{ raw_rows('custom', 'touchpoints') }}
),

final as (
    select
        -- ids
        source_connection,
        touchpoint_source_id,
        {{ salesforce_id('account_id') }} as account_id,
        content_asset_id,

        -- strings
        {{ spaced_name('interaction_type') }} as interaction_type,
        {{ spaced_name('channel') }} as channel,
        {{ normalised_email('person_email') }} as person_email,
        {{ web_host('account_domain') }} as account_domain,
        {{ stated_utm('campaign_name') }} as campaign_name,

        -- numerics
        {{ double_as_decimal('content_depth', 4, precision=9) }} as content_depth,

        -- timestamps
        occurred_at
    from touchpoints
)

select * from final
