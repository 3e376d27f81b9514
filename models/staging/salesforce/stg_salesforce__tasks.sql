with task as (
    {{ raw_rows('salesforce', 'task') }}
),

final as (
    select
        -- ids
        source_connection,
        {{ salesforce_id('id') }} as task_id,
        {{ salesforce_id('who_id') }} as person_record_id,
        {{ salesforce_id('account_id') }} as account_id,

        -- strings
        subject,
        case
            when lower(task_subtype) = 'call' or lower(type) = 'call' then 'call'
            when lower(task_subtype) = 'email' or lower(type) = 'email' then 'email'
            else 'other'
        end as task_kind,
        call_disposition,

        -- numerics
        call_duration_in_seconds,

        -- booleans
        coalesce(is_closed, false) as is_completed,

        -- timestamps
        completed_date_time as completed_at,
        activity_date as due_on
    from task
)

select * from final
