with activity_fill_out_form as (
    {{ raw_rows('marketo', 'activity_fill_out_form') }}
),

final as (
    select
        -- ids
        source_connection,
        cast(id as {{ dbt.type_string() }}) as activity_id,
        cast(lead_id as {{ dbt.type_string() }}) as lead_id,

        -- strings
        primary_attribute_value as form_name,

        -- timestamps
        activity_date as occurred_at
    from activity_fill_out_form
)

select * from final
