with campaign_history as (
    {{ raw_rows('linkedin_ads', 'campaign_history') }}
),

final as (
    select
        -- ids
        source_connection,
        cast(id as {{ dbt.type_string() }}) as campaign_source_id,
        account_id as ad_account_id,

        -- strings
        name as campaign_name,

        -- timestamps
        created_time as created_at
    from campaign_history
)

select * from final
