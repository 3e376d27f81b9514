with campaign_stats as (
    {{ raw_rows('google_ads', 'campaign_stats') }}
),

final as (
    select
        -- ids
        source_connection,
        cast(id as {{ dbt.type_string() }}) as campaign_source_id,
        customer_id as ad_account_id,

        -- numerics
        {{ double_as_decimal('cost_micros / 1000000.0', 6) }} as cost,

        -- dates
        date as spent_on
    from campaign_stats
)

select * from final
