with ad_analytics_by_campaign as (
    {{ raw_rows('linkedin_ads', 'ad_analytics_by_campaign') }}
),

final as (
    select
        -- ids
        source_connection,
        cast(campaign_id as {{ dbt.type_string() }}) as campaign_source_id,

        -- numerics
        {{ double_as_decimal('cost_in_usd', 6) }} as cost_in_usd,
        {{ double_as_decimal('cost_in_local_currency', 6) }} as cost_in_local_currency,

        -- dates
        {{ date_of('day') }} as spent_on
    from ad_analytics_by_campaign
)

select * from final
