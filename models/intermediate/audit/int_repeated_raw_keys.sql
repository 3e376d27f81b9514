{{ config(materialized='table') }}

with final as (
    {% for source_name, table_name, staging_model in staged_raw_tables() -%}
    {%- set relation = source(source_name, table_name) -%}
    {%- set is_keyed = execute and has_raw_key(source_name, table_name) -%}
    {%- if is_keyed and not is_raw_table_absent(source_name, table_name) %}
    {{ raw_repeated_keys(source_name, table_name) }}

    union all
    {% endif -%}
    {%- endfor %}
    select
        cast(null as {{ dbt.type_string() }}) as source_system,
        cast(null as {{ dbt.type_string() }}) as raw_table,
        cast(null as {{ dbt.type_string() }}) as record_id,
        0 as n_newest,
        0 as n_deleted,
        0 as n_after_as_of
    from (select 1 as one) as no_rows
    where one = 0
)

select * from final
