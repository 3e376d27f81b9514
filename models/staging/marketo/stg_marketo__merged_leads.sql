with activity_merge_leads as (
    {{ raw_rows('marketo', 'activity_merge_leads') }}
),

final as (
    select
        source_connection,
        cast(lead_id as {{ dbt.type_string() }}) as lead_id,
        merge_ids as merged_lead_ids,
        activity_date as merged_at
    from activity_merge_leads
)

select * from final
