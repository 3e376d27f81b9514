with campaign_history as (
    {{ raw_rows('google_ads', 'campaign_history') }}
),

final as (
    select
        source_connection,
        cast(id as {{ dbt.type_string() }}) as campaign_source_id,
        name as campaign_name
    from campaign_history
)

select * from final
