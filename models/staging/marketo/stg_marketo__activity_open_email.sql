with activity_open_email as (
    {{ raw_rows('marketo', 'activity_open_email') }}
),

final as (
    select
        -- ids
        source_connection,
        cast(id as {{ dbt.type_string() }}) as activity_id,
        cast(lead_id as {{ dbt.type_string() }}) as lead_id,
        cast(campaign_id as {{ dbt.type_string() }}) as campaign_source_id,
        primary_attribute_value_id as mail_id,

        -- strings
        user_agent,

        -- timestamps
        activity_date as occurred_at
    from activity_open_email
)

select * from final
