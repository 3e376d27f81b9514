with contact_form_submission as (
    {{ raw_rows('hubspot', 'contact_form_submission') }}
),

final as (
    select
        -- ids
        source_connection,
        {{ surrogate_key(['contact_id', 'form_id', 'conversion_id', 'timestamp']) }}
            as form_submission_id,
        cast(contact_id as {{ dbt.type_string() }}) as contact_id,

        -- strings
        title as form_title,
        page_url,

        -- timestamps
        timestamp as submitted_at
    from contact_form_submission
)

select * from final
