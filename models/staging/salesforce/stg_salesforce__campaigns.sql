with campaign as (
    {{ raw_rows('salesforce', 'campaign') }}
),

final as (
    select
        -- ids
        source_connection,
        'salesforce' as source_system,
        'campaign' as source_table,
        {{ salesforce_id('id') }} as campaign_source_id,

        -- strings
        name as campaign_name,
        type as campaign_type,
        'campaign_member' as response_table,
        {{ currency_code('currency_iso_code') }} as currency,

        -- numerics
        {{ double_as_decimal('actual_cost', 2) }} as actual_cost,

        -- dates
        start_date as started_on,
        end_date as ended_on
    from campaign
)

select * from final
