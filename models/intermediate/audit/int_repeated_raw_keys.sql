{{ config(materialized='table') }}

with versions as (
    {% for source_name, table_name, staging_model in staged_raw_tables() -%}
    {%- set relation = source(source_name, table_name) -%}
    {%- set is_keyed = execute and has_raw_key(source_name, table_name) -%}
    {%- if is_keyed and not is_raw_table_absent(source_name, table_name) %}
    {{ repeated_raw_versions(source_name, table_name) }}

    union all
    {% endif -%}
    {%- endfor %}
    select
        cast(null as {{ dbt.type_string() }}) as source_system,
        cast(null as {{ dbt.type_string() }}) as raw_table,
        cast(null as {{ dbt.type_string() }}) as key_text,
        cast(null as {{ dbt.type_string() }}) as record_id,
        cast(null as {{ dbt.type_string() }}) as time_text,
        cast(null as {{ dbt.type_string() }}) as version_text,
        false as is_deleted_row,
        false as is_after_as_of
    from (select 1 as one) as no_rows
    where one = 0
),

ranked as (
    select
        *,
        count(*) over (partition by source_system, raw_table, key_text) as n_versions,
        row_number() over (
            partition by source_system, raw_table, key_text
            order by {{ binary_order('time_text') }} desc, {{ binary_order('version_text') }} desc
        ) as version_rank,
        rank() over (
            partition by source_system, raw_table, key_text
            order by {{ binary_order('time_text') }} desc
        ) as time_rank
    from versions
),

final as (
    select
        source_system,
        raw_table,
        record_id,
        count(distinct case when time_rank = 1 then version_text end) as n_newest,
        sum(case when version_rank = 1 and is_deleted_row then 1 else 0 end) as n_deleted,
        sum(case when version_rank = 1 and not is_deleted_row and is_after_as_of then 1 else 0 end)
            as n_after_as_of
    from ranked
    where n_versions > 1
    group by source_system, raw_table, key_text, record_id
)

select * from final
