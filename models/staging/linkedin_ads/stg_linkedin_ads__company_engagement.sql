with company_engagement as (
    {{ raw_rows('linkedin_ads', 'company_engagement') }}
),

final as (
    select
        -- ids
        source_connection,
        cast(campaign_id as {{ dbt.type_string() }}) as campaign_source_id,
        {{ impersonal_id('company_domain') }} as company_raw,

        -- strings
        {{ web_host('company_domain') }} as domain,

        -- numerics
        impressions as n_impressions,
        clicks as n_clicks,

        -- dates
        day as engaged_on
    from company_engagement
)

select * from final
