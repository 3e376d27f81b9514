with activity_change_status_in_progression as (
    {{ raw_rows('marketo', 'activity_change_status_in_progression') }}
),

final as (
    select
        -- ids
        source_connection,
        cast(id as {{ dbt.type_string() }}) as activity_id,
        cast(lead_id as {{ dbt.type_string() }}) as lead_id,
        cast(coalesce(program_id, primary_attribute_value_id) as {{ dbt.type_string() }})
            as program_id,

        -- booleans
        coalesce(success, false) as is_success,

        -- timestamps
        activity_date as occurred_at
    from activity_change_status_in_progression
)

select * from final
