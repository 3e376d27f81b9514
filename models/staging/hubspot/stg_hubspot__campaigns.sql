with email_campaign as (
    {{ raw_rows('hubspot', 'email_campaign') }}
),

final as (
    select
        -- ids
        source_connection,
        'hubspot' as source_system,
        'email_campaign' as source_table,
        cast(id as {{ dbt.type_string() }}) as campaign_source_id,

        -- strings
        name as campaign_name,
        type as campaign_type,
        cast(null as {{ dbt.type_string() }}) as response_table,

        -- dates
        cast(null as date) as started_on,
        cast(null as date) as ended_on,

        -- amounts
        cast(null as {{ dbt.type_string() }}) as currency,
        cast(null as {{ type_decimal(2) }}) as actual_cost
    from email_campaign
)

select * from final
