with rejected as (
    {% for source_name, table_name, staging_model in staged_raw_tables() %}
    {{ raw_rejections(source_name, table_name) }}
    {% if not loop.last %} union all {% endif %}
    {% endfor %}
),

-- What is refused later than in staging is one value; its record stays.
refused as (
    select * from {{ ref('int_refused_values') }}
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

    union all

    select
        source_system,
        raw_table,
        record_id,
        column_name,
        raw_value,
        reason,
        false as is_blocking
    from refused
)

select * from final
