with campaign_history as (
    {{ raw_rows('linkedin_ads', 'campaign_history', outcome='readable') }}
),

final as (
    select distinct
        'linkedin_ads' as source_system,
        'campaign_history' as source_table,
        cast(id as {{ dbt.type_string() }}) as campaign_source_id,
        name as campaign_name
    from campaign_history
    where name is not null
)

select * from final
