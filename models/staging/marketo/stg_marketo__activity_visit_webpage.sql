with activity_visit_webpage as (
    {{ raw_rows('marketo', 'activity_visit_webpage') }}
),

final as (
    select
        -- ids
        source_connection,
        cast(id as {{ dbt.type_string() }}) as activity_id,
        cast(lead_id as {{ dbt.type_string() }}) as lead_id,

        -- strings
        coalesce(webpage_url, primary_attribute_value) as page_url,
        coalesce(webpage_url, '') || '?' || coalesce(query_parameters, '') as link_url,
        user_agent,

        -- timestamps
        activity_date as occurred_at
    from activity_visit_webpage
)

select * from final
