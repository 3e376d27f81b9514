with counted as (
    {% for source_name, table_name, staging_model in staged_raw_tables() -%}
    {{ raw_row_counts(source_name, table_name, staging_model) }}
    {%- if not loop.last %}

    union all

    {% endif -%}
    {%- endfor %}
),

final as (
    select
        source_system,
        raw_table,
        cast(n_raw as bigint) as n_raw,
        cast(n_staged as bigint) as n_staged,
        cast(n_duplicate as bigint) as n_duplicate,
        cast(n_deleted as bigint) as n_deleted,
        cast(n_rejected as bigint) as n_rejected,
        cast(n_raw - n_staged - n_duplicate - n_deleted - n_rejected as bigint) as difference,
        cast(n_after_as_of as bigint) as n_after_as_of
    from counted
)

select * from final
