with activity_email_delivered as (
    {{ raw_rows('marketo', 'activity_email_delivered') }}
),

final as (
    select
        -- ids
        source_connection,
        cast(id as {{ dbt.type_string() }}) as activity_id,
        cast(lead_id as {{ dbt.type_string() }}) as lead_id,
        cast(campaign_id as {{ dbt.type_string() }}) as campaign_source_id,
        primary_attribute_value_id as mail_id,

        -- timestamps
        activity_date as occurred_at
    from activity_email_delivered
)

select * from final
