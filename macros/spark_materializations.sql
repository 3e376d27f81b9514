{#- What Spark has neither transactions nor changes of Parquet tables for: see macros/spark.sql. -#}
{% materialization table, adapter='spark' %}
    {{ return({'relations': [spark_table(sql)]}) }}
{% endmaterialization %}

{% materialization view, adapter='spark' %}
    {{ return({'relations': [spark_table(sql)]}) }}
{% endmaterialization %}

{% materialization updated_table, adapter='spark' %}
    {{ return({'relations': [spark_table(hashed_rows(sql))]}) }}
{% endmaterialization %}

{% macro spark_table(query) -%}
    {%- set target = this.incorporate(type='table') -%}
    {%- set existing = load_cached_relation(this) -%}
    {{ run_hooks(pre_hooks) }}
    {%- if existing is not none -%}{%- do adapter.drop_relation(existing) -%}{%- endif -%}
    {%- call statement('main') -%}
        create table {{ target }} using parquet as
        {{ query }}
    {%- endcall -%}
    {%- if config.get('contract').enforced -%}{%- do spark_keep_contract(target) -%}{%- endif -%}
    {{ run_hooks(post_hooks) }}
    {{ return(target) }}
{%- endmacro %}

{#- What was made is held against the contract: to have Spark plan the query once more only to know
    its columns costs as much as the table. -#}
{% macro spark_keep_contract(relation) -%}
    {%- set made = [] -%}
    {%- for column in adapter.get_columns_in_relation(relation) -%}
        {%- do made.append(column.name ~ ' ' ~ column.dtype) -%}
    {%- endfor -%}
    {%- set contracted = [] -%}
    {%- for column in model['columns'].values() -%}
        {%- do contracted.append(column.name ~ ' ' ~ spark_stored_type(column.data_type)) -%}
    {%- endfor -%}
    {%- set unlike = [] -%}
    {%- for column in made if column not in contracted -%}
        {%- do unlike.append(column ~ ' is made') -%}
    {%- endfor -%}
    {%- for column in contracted if column not in made -%}
        {%- do unlike.append(column ~ ' is contracted') -%}
    {%- endfor -%}
    {%- if unlike -%}
        {%- do adapter.drop_relation(relation) -%}
        {{ exceptions.raise_compiler_error(
            'This model has an enforced contract that failed: ' ~ unlike | join(', ') ~ '.'
        ) }}
    {%- endif -%}
    {%- if made != contracted -%}
        {%- set names = model['columns'].keys() | join(', ') -%}
        {%- do spark_written_anew(relation, 'select ' ~ names ~ ' from ' ~ relation) -%}
    {%- endif -%}
{%- endmacro %}

{#- Where a build is killed between the two last statements, the rows stand under the other name:
    the next build begins by giving them theirs. -#}
{% macro spark_written_anew(relation, query, is_there=true) -%}
    {%- set new = spark_new_name(relation) -%}
    {%- set statements = [
        'drop table if exists ' ~ new,
        'create table ' ~ new ~ ' using parquet as ' ~ query,
        'drop table if exists ' ~ relation,
        'alter table ' ~ new ~ ' rename to ' ~ relation,
    ] -%}
    {%- for statement_sql in statements -%}
        {%- do adapter.execute(statement_sql) -%}
    {%- endfor -%}
{%- endmacro %}

{% macro spark_new_name(relation) -%}
    {{ return(relation.incorporate(path={'identifier': relation.identifier ~ '__new'})) }}
{%- endmacro %}

{% macro spark__finish_exchanges() -%}
    {%- set exchanged = [builds_ledger()] -%}
    {%- for node in warehouse_nodes(['snapshot']) -%}
        {%- do exchanged.append(api.Relation.create(
            schema=node.schema, identifier=node.alias
        )) -%}
    {%- endfor -%}
    {%- for relation in exchanged -%}
        {%- set new = load_relation(spark_new_name(relation)) -%}
        {%- if new and not load_relation(relation) -%}
            {%- do adapter.rename_relation(new, relation.incorporate(type='table')) -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}

{#- dbt's own statement of what changed, which it would merge. -#}
{% materialization snapshot, adapter='spark' %}
    {%- set target = this.incorporate(type='table') -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set strategy = strategy_dispatch(config.get('strategy'))(
        model, 'snapshotted_data', 'source_data', model['config'], existing is not none
    ) -%}
    {%- set query = model['compiled_code'] -%}
    {{ run_hooks(pre_hooks) }}
    {%- if existing is none -%}
        {%- call statement('main') -%}
            create table {{ target }} using parquet as {{ build_snapshot_table(strategy, query) }}
        {%- endcall -%}
    {%- else -%}
        {%- set changes = target.incorporate(
            path={'identifier': target.identifier ~ '__changes'}
        ) -%}
        {%- set columns = adapter.get_columns_in_relation(target) | map(attribute='name') | list -%}
        {%- do adapter.execute('drop table if exists ' ~ changes) -%}
        {%- call statement('main') -%}
            create table {{ changes }} using parquet as
            {{ snapshot_staging_table(strategy, query, target) }}
        {%- endcall -%}
        {%- do spark_written_anew(target, spark_merged_versions(target, changes, columns)) -%}
        {%- do adapter.execute('drop table ' ~ changes) -%}
    {%- endif -%}
    {{ run_hooks(post_hooks) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{% macro spark_merged_versions(target, changes, columns) -%}
    select
        {%- for name in columns %}
        {% if name == 'dbt_valid_to' -%}
            coalesce(versions.dbt_valid_to, ended.dbt_valid_to) as dbt_valid_to
        {%- else -%} versions.{{ name }}
        {%- endif %}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ target }} as versions
    left join {{ changes }} as ended
        on
            versions.dbt_scd_id = ended.dbt_scd_id
            and ended.dbt_change_type in ('update', 'delete')

    union all

    select {{ columns | join(', ') }}
    from {{ changes }}
    where dbt_change_type = 'insert'
{%- endmacro %}

{#- Made with its rows, of typed literals: a null stays null, whatever connects. -#}
{% macro spark__create_csv_table(model, agate_table) -%}
    {%- set types = model['config'].get('column_types', {}) -%}
    {%- set rows = [] -%}
    {%- for row in agate_table.rows -%}
        {%- set values = [] -%}
        {%- for value in row -%}
            {%- do values.append(
                'null' if value is none
                else "'" ~ spark__escape_single_quotes(value | string) ~ "'"
            ) -%}
        {%- endfor -%}
        {%- do rows.append('(' ~ values | join(', ') ~ ')') -%}
    {%- endfor -%}
    {%- set names = [] -%}
    {%- set columns = [] -%}
    {%- for name in agate_table.column_names -%}
        {%- set type = spark_type(types[name]) if name in types
            else adapter.convert_type(agate_table, loop.index0) -%}
        {%- do names.append(adapter.quote(name)) -%}
        {%- do columns.append(
            'cast(' ~ ('null' if not rows else names[-1]) ~ ' as ' ~ type ~ ') as ' ~ names[-1]
        ) -%}
    {%- endfor -%}
    {%- set rows_sql = 'values ' ~ rows | join(', ') ~ ' as seeded (' ~ names | join(', ') ~ ')'
        if rows else '(select 1 as one) as no_rows where one = 0' -%}
    {%- set seed_sql -%}
        create table {{ this.render() }} using parquet as
        select {{ columns | join(', ') }}
        from {{ rows_sql }}
    {%- endset -%}
    {%- do adapter.add_query(seed_sql, abridge_sql_log=True) -%}
    {{ return(seed_sql) }}
{%- endmacro %}

{% macro spark__load_csv_rows(model, agate_table) -%} {{ return('') }} {%- endmacro %}

{% macro spark__write_builds(ledger, definitions, recorded, last_build_id, new_row) -%}
    {%- set kept = 'select * from ' ~ ledger ~ " where status = 'finished' and is_whole union all "
        if recorded.has_ledger else '' -%}
    {%- do spark_written_anew(ledger, kept ~ new_row) -%}
{%- endmacro %}

{% macro spark__end_build(values) -%}
    {%- set columns = [] -%}
    {%- for name, type in builds_columns().items() -%}
        {%- do columns.append(
            "cast(case when build_id = '" ~ build_id() ~ "' then " ~ values[name] ~ ' else ' ~ name
            ~ ' end as ' ~ spark_type(type) ~ ') as ' ~ name if name in values else name
        ) -%}
    {%- endfor -%}
    {%- set ledger = builds_ledger() -%}
    {%- do spark_written_anew(ledger, 'select ' ~ columns | join(', ') ~ ' from ' ~ ledger) -%}
{%- endmacro %}
