{#-
    A table that a build updates instead of writing it anew. The rows of the model are computed,
    those that the table lacks are added, and those of the table that are no longer among them go.
    So it equals a full rebuild, whatever the cause of a change: a late, corrected or deleted row,
    another account of a person, another weight in a seed, another as-of date. To compute rows and
    their hashes costs a fraction of writing them.

    The column `row_hash` is that of the whole row. No two rows may be equal: a keys test of
    `row_hash` asserts it. Another list of columns and `--full-refresh` write the table anew
    (decision 41).
-#}
{% materialization updated_table, default -%}
    {%- set target = this.incorporate(type='table') -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set changes = make_temp_relation(target) -%}
    {%- set ns = namespace(is_update=false, columns=[]) -%}
    {%- set known = abm_warehouse.known_node('')
        if adapter.type() == 'duckdb' and abm_warehouse.is_kept() -%}
    {%- if known and existing is not none and existing.is_table and not known.reason -%}
        {{ return(abm_warehouse.unchanged(target)) }}
    {%- endif -%}
    {%- if existing is not none and existing.is_table and not should_full_refresh() -%}
        {%- set built_columns = adapter.get_columns_in_relation(target) -%}
        {%- set ns.is_update = 'row_hash' in built_columns | map(attribute='name') -%}
    {%- endif -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- if ns.is_update -%}
        {%- call statement('changes') -%}
            {{ create_table_as(True, changes, abm_warehouse.changed_rows(sql, target)) }}
        {%- endcall -%}
        {%- set ns.columns = adapter.get_columns_in_relation(changes)
            | rejectattr('name', 'equalto', 'gone_row_hash') | list -%}
        {%- set ns.is_update = abm_warehouse.names_and_types(ns.columns)
            == abm_warehouse.names_and_types(built_columns) -%}
    {%- endif -%}

    {%- if ns.is_update -%}
        {%- set counts = run_query(abm_warehouse.counted_changes(changes)).rows[0] -%}
        {%- for statement_sql in abm_warehouse.exchanged_rows(target, changes, ns.columns) -%}
            {%- call statement('main') -%} {{ statement_sql }} {%- endcall -%}
        {%- endfor -%}
        {%- do store_raw_result(
            'main', code='', rows_affected=counts[0] + counts[1],
            message=counts[0] ~ ' rows added, ' ~ counts[1] ~ ' removed'
        ) -%}
    {%- else -%}
        {%- if existing is not none -%}{%- do adapter.drop_relation(existing) -%}{%- endif -%}
        {%- call statement('main') -%}
            {{ create_table_as(False, target, abm_warehouse.hashed_rows(sql)) }}
        {%- endcall -%}
        {%- set ns.columns = adapter.get_columns_in_relation(target) if known -%}
    {%- endif %}
    {%- if known -%}
        {%- set recipe = [create_table_as(True, changes, abm_warehouse.changed_rows(sql, target))]
            + abm_warehouse.exchanged_rows(target, changes, ns.columns) -%}
        {%- set _, _ = adapter.execute(
            abm_warehouse.record_table(known, target, recipe, 'row_hash')
        ) -%}
    {%- endif -%}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do adapter.commit() -%}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target]}) }}
{%- endmaterialization %}

{% macro hashed_rows(sql) -%}
    select
        model_rows.*,
        {{ abm_warehouse.whole_row_hash('model_rows') }} as row_hash
    from ({{ sql }}) as model_rows
{%- endmacro %}

{#- The rows to add, and in gone_row_hash those to remove. -#}
{% macro changed_rows(sql, target) -%}
    select
        hashed_rows.*,
        built_rows.row_hash as gone_row_hash
    from ({{ abm_warehouse.hashed_rows(sql) }}) as hashed_rows
    full outer join (select row_hash from {{ target }}) as built_rows
        on hashed_rows.row_hash = built_rows.row_hash
    where hashed_rows.row_hash is null or built_rows.row_hash is null
{%- endmacro %}

{#- The statements that put the changes into the table. -#}
{% macro exchanged_rows(target, changes, columns) -%}
    {%- set names = columns | map(attribute='quoted') | join(', ') -%}
    {{ return([
        'delete from ' ~ target ~ ' where row_hash in (select gone_row_hash from ' ~ changes
            ~ ' where gone_row_hash is not null)',
        'insert into ' ~ target ~ ' select ' ~ names ~ ' from ' ~ changes
            ~ ' where row_hash is not null',
    ]) }}
{%- endmacro %}

{% macro counted_changes(changes) -%}
    select count(row_hash), count(gone_row_hash) from {{ changes }}
{%- endmacro %}

{% macro names_and_types(columns) -%}
    {%- set ns = namespace(pairs=[]) -%}
    {%- for column in columns -%}
        {%- do ns.pairs.append([column.name, column.data_type]) -%}
    {%- endfor -%}
    {{ return(ns.pairs) }}
{%- endmacro %}

{#- A number that is equal for equal rows. It may differ between versions of an engine, which costs
    one build that replaces every row. -#}
{% macro whole_row_hash(rows) -%}
    {{ return(adapter.dispatch('whole_row_hash', 'abm_warehouse')(rows)) }}
{%- endmacro %}

{% macro duckdb__whole_row_hash(rows) -%} hash({{ rows }}) {%- endmacro %}

{% macro postgres__whole_row_hash(rows) -%}
    hashtextextended(cast({{ rows }} as text), 0)
{%- endmacro %}

{% macro snowflake__whole_row_hash(rows) -%} hash({{ rows }}.*) {%- endmacro %}

{% macro bigquery__whole_row_hash(rows) -%}
    farm_fingerprint(to_json_string({{ rows }}))
{%- endmacro %}
