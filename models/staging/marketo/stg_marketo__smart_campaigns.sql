with campaign as (
    {{ raw_rows('marketo', 'campaign') }}
),

final as (
    select
        -- ids
        source_connection,
        cast(id as {{ dbt.type_string() }}) as campaign_id,

        -- strings
        name as campaign_name,
        type as campaign_type,

        -- timestamps
        created_at
    from campaign
)

select * from final
