with counted as (
    {% for source_name, table_name, staging_model in staged_raw_tables() -%}
    {{ raw_row_counts(source_name, table_name, staging_model) }}

    union all

    {% endfor -%}
    select
        source_system,
        raw_table,
        0 as n_raw,
        0 as n_staged,
        0 as n_rejected,
        0 as n_keys,
        n_deleted,
        n_after_as_of
    from {{ ref('int_repeated_raw_keys') }}
),

added_up as (
    select
        source_system,
        raw_table,
        cast(sum(n_raw) as bigint) as n_raw,
        cast(sum(n_staged) as bigint) as n_staged,
        cast(sum(n_raw - n_rejected - n_keys) as bigint) as n_duplicate,
        cast(sum(n_deleted) as bigint) as n_deleted,
        cast(sum(n_rejected) as bigint) as n_rejected,
        cast(sum(n_after_as_of) as bigint) as n_after_as_of
    from counted
    group by source_system, raw_table
),

final as (
    select
        source_system,
        raw_table,
        n_raw,
        n_staged,
        n_duplicate,
        n_deleted,
        n_rejected,
        n_raw - n_staged - n_duplicate - n_deleted - n_rejected as difference,
        n_after_as_of
    from added_up
)

select * from final
