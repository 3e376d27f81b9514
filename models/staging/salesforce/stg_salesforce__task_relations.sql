with task_relation as (
    {{ raw_rows('salesforce', 'task_relation') }}
),

final as (
    select
        source_connection,
        {{ salesforce_id('id') }} as task_relation_id,
        {{ salesforce_id('task_id') }} as task_id,
        {{ salesforce_id('relation_id') }} as person_record_id
    from task_relation
)

select * from final
