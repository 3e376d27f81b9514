with rejected as (
    select * from {{ ref('int_rejected_records') }}
),

final as (
    select
        source_system,
        raw_table,
        record_id,
        column_name,
        raw_value,
        reason,
        is_blocking
    from rejected
)

select * from final
