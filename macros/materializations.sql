{#-
    Models on DuckDB in as few statements as a reader allows. dbt's own materializations build under
    another name, rename the old relation away, rename the new one into its place and drop the old
    one: five statements, each with dbt's bookkeeping, where `create or replace` is one and atomic.
    On other engines dbt's own stand (decision 81), and for nodes of a project that installs this
    one, unless it asks for these (macros/package.sql).

    A reader never sees half a table: one statement stands alone, several are one transaction, which
    dbt rolls back when one fails. The columns of a contract are compared with those of the relation
    just made, before the transaction ends; dbt would plan the whole query once more to learn them.
-#}
{% materialization table, adapter='duckdb' %}
    {%- if not abm_warehouse.is_kept() -%}
        {{ return(dbt.materialization_table_duckdb()) }}
    {%- endif -%}
    {{ return(abm_warehouse.replaced_relation('table')) }}
{% endmaterialization %}

{% materialization view, adapter='duckdb' %}
    {%- if not abm_warehouse.is_kept() -%}
        {{ return(dbt.materialization_view_default()) }}
    {%- endif -%}
    {{ return(abm_warehouse.replaced_relation('view')) }}
{% endmaterialization %}

{#- The same for a seed. Its types are those of today's column_types, where dbt would keep those of
    the table until a full refresh. -#}
{% materialization seed, adapter='duckdb' %}
    {%- if not abm_warehouse.is_kept() -%}
        {{ return(dbt.materialization_seed_default()) }}
    {%- endif -%}
    {%- set target = this.incorporate(type='table') -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set known = abm_warehouse.known_node(abm_warehouse.seed_checksum()) -%}
    {%- if existing is not none and not known.reason -%}
        {%- do store_result('agate_table', response='OK', agate_table=none) -%}
        {{ return(abm_warehouse.unchanged(target)) }}
    {%- endif -%}
    {%- set rows = load_agate_table() -%}
    {%- do store_result('agate_table', response='OK', agate_table=rows) -%}
    {%- if existing is not none and existing.is_view -%}
        {{ exceptions.raise_compiler_error(
            'Cannot seed to ' ~ existing ~ ', which is a view: drop it and build again.'
        ) }}
    {%- endif -%}
    {%- set types = config.get('column_types', {}) -%}
    {%- set columns = [] -%}
    {%- for name in rows.column_names -%}
        {%- do columns.append(
            adapter.quote_seed_column(name, config.get('quote_columns', none)) ~ ' '
            ~ types.get(name, adapter.convert_type(rows, loop.index0))
        ) -%}
    {%- endfor -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- set statements = [
        'create or replace table ' ~ target ~ ' (' ~ columns | join(', ') ~ ')',
        'copy ' ~ target ~ " from '" ~ adapter.get_seed_file_path(model)
            ~ "' (format csv, header true, delimiter '" ~ config.get('delimiter', ',') ~ "')",
    ] + abm_warehouse.relation_comments(target) -%}
    {%- do statements.append(abm_warehouse.record_table(known, target, none)) -%}
    {%- set _, _ = adapter.execute(statements | join(';\n'), auto_begin=True) -%}
    {%- do store_raw_result(
        'main', message='INSERT ' ~ rows.rows | length, code='INSERT',
        rows_affected=rows.rows | length
    ) -%}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- if config.get('grants') -%}
        {%- do apply_grants(target, config.get('grants'), should_revoke(existing, true)) -%}
    {%- endif -%}
    {%- do adapter.commit() -%}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{#- A data test passes where it passed on the same rows; one that warned is run again. -#}
{% materialization test, adapter='duckdb' %}
    {%- set known = abm_warehouse.known_node('')
        if abm_warehouse.is_kept() and abm_warehouse.is_building()
        and not should_store_failures() -%}
    {%- if known and not known.reason -%}
        {%- call statement('main', fetch_result=True) -%}
            select 0 as failures, false as should_warn, false as should_error
        {%- endcall -%}
        {{ return({'relations': []}) }}
    {%- endif -%}
    {%- set made = dbt.materialization_test_default() -%}
    {%- if known -%}
        {%- if load_result('main').table.rows[0][0] -%}
            {%- do known.update({'statement': 'not passed'}) -%}
        {%- endif -%}
        {%- set query = get_test_sql(
            get_limit_subquery_sql(sql, config.get('limit')), config.get('fail_calc'),
            config.get('warn_if'), config.get('error_if'), limit=none
        ) -%}
        {%- set _, _ = adapter.execute(
            abm_warehouse.record_node(known, [query]), auto_begin=True
        ) -%}
        {%- do adapter.commit() -%}
    {%- endif -%}
    {{ return(made) }}
{% endmaterialization %}

{#- Versions are kept of rows that changed: where none did, there is nothing to keep. -#}
{% materialization snapshot, adapter='duckdb' %}
    {%- if not abm_warehouse.is_kept() -%}
        {{ return(dbt.materialization_snapshot_default()) }}
    {%- endif -%}
    {%- set known = abm_warehouse.known_node('') -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- if existing is not none and not known.reason -%}
        {{ return(abm_warehouse.unchanged(existing)) }}
    {%- endif -%}
    {%- set made = dbt.materialization_snapshot_default() -%}
    {%- set target = this.incorporate(type='table') -%}
    {%- set changes = make_temp_relation(target) -%}
    {#- The strategy reads the columns of the table, which may be new. -#}
    {%- set _ = adapter.cache_added(target) -%}
    {%- set strategy = strategy_dispatch(config.get('strategy'))(
        model, 'snapshotted_data', 'source_data', model['config'], true
    ) -%}
    {%- set recipe = [
        create_table_as(True, changes, snapshot_staging_table(strategy, sql, target)),
        snapshot_merge_sql(
            target=target, source=changes,
            insert_cols=adapter.get_columns_in_relation(target) | map(attribute='quoted') | list,
        ),
        'drop table ' ~ changes,
    ] -%}
    {%- set _, _ = adapter.execute(
        abm_warehouse.record_table(known, target, recipe), auto_begin=True
    ) -%}
    {%- do adapter.commit() -%}
    {{ return(made) }}
{% endmaterialization %}

{#- A seed of more than a megabyte has no checksum of its content: it is always loaded. -#}
{% macro seed_checksum() -%}
    {{- return(
        model.checksum.checksum if model.checksum.name == 'sha256' else abm_warehouse.build_id()
    ) -}}
{%- endmacro %}

{% macro replaced_relation(type) -%}
    {%- set target = this.incorporate(type=type) -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set grants = config.get('grants') -%}
    {%- set has_contract = config.get('contract').enforced -%}
    {%- set comments = abm_warehouse.relation_comments(target) -%}
    {%- set is_of_other_type = existing is not none and existing.type != type -%}
    {%- set known = abm_warehouse.known_node(comments, as_view=type == 'view') -%}
    {%- if existing is not none and not is_of_other_type and not known.reason -%}
        {%- if type == 'view'
            and abm_warehouse.why_made(known.row, known.statement, known.reads, 1) -%}
            {%- do known.update({
                'reason': abm_warehouse.why_made(known.row, known.statement, known.reads, 1),
            }) -%}
            {%- set _, _ = adapter.execute(
                abm_warehouse.record_view(
                    known, [abm_warehouse.define_relation(type, target)] + comments
                ), auto_begin=True
            ) -%}
            {%- do adapter.commit() -%}
        {%- endif -%}
        {{ return(abm_warehouse.unchanged(target)) }}
    {%- endif -%}
    {%- if has_contract and not model['columns'] -%}
        {{ exceptions.raise_contract_error([], []) }}
    {%- endif -%}
    {%- if model['constraints'] or model['columns'].values() | selectattr('constraints') | list -%}
        {{ exceptions.raise_compiler_error(
            model['name'] ~ ' has a constraint, which macros/materializations.sql does not make:'
            ~ ' write a data test instead.'
        ) }}
    {%- endif -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- if is_of_other_type -%}
        {%- call statement('removal') -%} drop {{ existing.type }} {{ existing }} {%- endcall -%}
    {%- endif -%}
    {#- Not `statement`: it would write the query to a file once more, beside the compiled one. -#}
    {%- set made = [abm_warehouse.define_relation(type, target)] -%}
    {%- set response, _ = adapter.execute(made[0], auto_begin=True) -%}
    {%- do store_result('main', response=response) -%}
    {%- if has_contract -%}{%- do made.append(abm_warehouse.keep_contract(target)) -%}{%- endif -%}
    {%- if comments -%}
        {%- call statement('comments') -%} {{ comments | join(';\n') }} {%- endcall -%}
    {%- endif -%}
    {%- set recipe = made | select | list + comments -%}
    {%- set _, _ = adapter.execute(
        abm_warehouse.record_view(known, recipe) if type == 'view'
        else abm_warehouse.record_table(known, target, recipe)
    ) -%}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- if grants -%}
        {%- do apply_grants(target, grants, should_revoke(existing, full_refresh_mode=True)) -%}
    {%- endif -%}
    {%- do adapter.commit() -%}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target]}) }}
{%- endmacro %}

{% macro define_relation(type, relation) -%}
    {%- set header = (config.get('sql_header') or '') | trim -%}
    {{ return(
        (header ~ '\n' if header else '')
        ~ 'create or replace ' ~ type ~ ' ' ~ relation ~ ' as (\n' ~ sql ~ '\n)'
    ) }}
{%- endmacro %}

{#- Where the columns are spelled and ordered as in the contract, which is nearly always, there is
    no more to ask; else dbt's own comparison says what differs, and the order is set by the
    statement that it returns. -#}
{% macro keep_contract(relation) -%}
    {%- set query = 'select * from ' ~ relation -%}
    {%- set ns = namespace(made=[], contracted=[]) -%}
    {%- for column in adapter.get_column_schema_from_query(query) -%}
        {%- do ns.made.append(column.name ~ ' ' ~ column.dtype | lower | replace(' ', '')) -%}
    {%- endfor -%}
    {%- for column in model['columns'].values() -%}
        {%- do ns.contracted.append(
            column.name ~ ' ' ~ column.data_type | lower | replace(' ', '')
        ) -%}
    {%- endfor -%}
    {%- if ns.made == ns.contracted -%}{{ return('') }}{%- endif -%}
    {%- do assert_columns_equivalent(query) -%}
    {%- set in_order -%}
        create or replace {{ relation.type }} {{ relation }} as (
            {{ get_select_subquery(sql if relation.type == 'view' else query) }}
        )
    {%- endset -%}
    {%- call statement('in_order') -%} {{ in_order }} {%- endcall -%}
    {{ return(in_order) }}
{%- endmacro %}

{#- The statements that persist_docs asks for; of columns, where a contract says that they are. -#}
{% macro relation_comments(relation) -%}
    {%- set comments = [] -%}
    {%- if config.persist_relation_docs() and model.description -%}
        {%- do comments.append(
            'comment on ' ~ relation.type ~ ' ' ~ relation ~ ' is '
            ~ duckdb_escape_comment(model.description)
        ) -%}
    {%- endif -%}
    {%- if config.persist_column_docs() and config.get('contract', {}).enforced -%}
        {%- for column in model.columns.values() if column.description -%}
            {%- set name = adapter.quote(column.name) if column.quote else column.name -%}
            {%- do comments.append(
                'comment on column ' ~ relation ~ '.' ~ name ~ ' is '
                ~ duckdb_escape_comment(abm_warehouse.described(column))
            ) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(comments) }}
{%- endmacro %}
