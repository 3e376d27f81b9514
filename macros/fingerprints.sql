{#-
    A build makes only what changed. For every node the ledger keeps the fingerprints of its
    statement, of what it read and of the rows that came out. A node whose statement and inputs are
    those of its last build is what it was, and a table whose rows come out as they were ends the
    wave: what reads it has nothing to do. On DuckDB; other engines build everything.

    The fingerprint of a raw file is that of its content (abm/dbt_plugin.py), that of a statement is
    of the compiled SQL, so that vars, macros and the as-of day are in it, and that of a table is
    of its columns, the number of its rows and the sum of their hashes, whatever their order. It is
    written in the transaction that makes the table (decision 158).
-#}

{% macro nodes_ledger() -%}
    {{ return(abm_warehouse.builds_ledger().incorporate(path={'identifier': 'nodes'})) }}
{%- endmacro %}

{#- All are texts, `seconds` too. `reads` is JSON, input to shape and content; `shape` stands for
    columns and types, `content` for these and the rows; `build_id` made the node for `reason`.
    `recipe` is JSON: what abm/recipes.py needs to make the node as dbt does. -#}
{% macro nodes_columns() -%}
    {{ return([
        'node_id', 'statement', 'reads', 'shape', 'content', 'build_id', 'reason', 'seconds',
        'recipe',
    ]) }}
{%- endmacro %}

{#- The row of the ledger itself: its content is the last build that kept it. -#}
{% macro nodes_ledger_id() -%} {{- return('ledger') -}} {%- endmacro %}

{#- The statements that begin a build. What is known of nodes counts where the last build kept it.
    A raw table has the fingerprint of its file; one that is read by a query that of the directory;
    where the data are in another database, one of its own in every build. Where nodes are made past
    this ledger, it is left empty. -#}
{% macro begin_nodes(last_build_id) -%}
    {%- if adapter.type() != 'duckdb' -%}{{ return('') }}{%- endif -%}
    {%- set nodes = nodes_ledger() -%}
    {%- set columns = nodes_columns() -%}
    {%- set made = fetched(
        "select string_agg(column_name, ',' order by column_index) from duckdb_columns()"
        ~ " where database_name = '" ~ target.database ~ "' and schema_name = '" ~ nodes.schema
        ~ "' and table_name = 'nodes'"
    )[0][0] -%}
    {%- set keeper = none -%}
    {%- if made == columns | join(',') -%}
        {%- set keeper = fetched(
            'select max(content) from ' ~ nodes ~ " where node_id = '" ~ nodes_ledger_id() ~ "'"
        )[0][0] -%}
    {%- endif -%}
    {%- set statements = [] -%}
    {%- set is_lost = keeper is none or keeper != last_build_id -%}
    {%- if is_lost or not keeps_nodes() -%}
        {%- if last_build_id and keeps_nodes() -%}
            {%- do log(
                'What this database knew of its tables is lost, damaged or of another version:'
                ~ ' everything is built anew.', info=true
            ) -%}
        {%- endif -%}
        {%- do statements.append(
            'create or replace table ' ~ nodes ~ ' (' ~ columns | join(' varchar, ') ~ ' varchar)'
        ) -%}
    {%- endif -%}
    {%- if not keeps_nodes() -%}{{ return(statements[0] ~ ';') }}{%- endif -%}
    {%- set facts = tojson({
        'n_nodes': warehouse_nodes(built_kinds()) | length,
        'context': env_var('ABM_CONTEXT_FINGERPRINT', ''),
        'form': env_var('ABM_FORM_FINGERPRINT', ''),
        'has_forgotten': last_build_id is not none and is_lost,
    }) -%}
    {%- set rows = ["('" ~ nodes_ledger_id() ~ "', '" ~ facts ~ "', null, null)"] -%}
    {%- for id, node in graph.sources.items() if is_of_warehouse(node) -%}
        {%- set raw_table = '*' if raw_table_query(node.source_name, node.name)
            else node.source_name ~ '/' ~ node.name -%}
        {%- do rows.append(
            "('" ~ id ~ "', null, '" ~ raw_table ~ "', coalesce(" ~ raw_contents() ~ "['"
            ~ raw_table ~ "'], " ~ raw_contents() ~ "['*']))"
        ) -%}
    {%- endfor -%}
    {#- What was removed from the project is forgotten. -#}
    {%- do statements.append(
        'delete from ' ~ nodes ~ " where node_id not in ('" ~ graph.nodes | join("', '") ~ "')"
    ) -%}
    {%- do statements.append(
        'insert into ' ~ nodes ~ ' (node_id, recipe, reads, shape, content) select node_id, recipe,'
        ~ " reads, coalesce(content, '" ~ build_id() ~ "'), coalesce(content, '" ~ build_id()
        ~ "') from (values " ~ rows | join(', ') ~ ') as listed (node_id, recipe, reads, content)'
    ) -%}
    {{ return(statements | join(';\n') ~ ';') }}
{%- endmacro %}

{#- What abm/dbt_plugin.py found, as JSON: raw table (source/table) to the fingerprint of its file,
    and * to that of the directory. -#}
{% macro raw_contents() -%}
    {{- return("cast(cast(getvariable('abm_raw_contents') as json) as map(varchar, varchar))") -}}
{%- endmacro %}

{#- The rows of a query, without what dbt keeps of statements. -#}
{% macro fetched(query) -%}
    {%- set _, table = adapter.execute(query, fetch=True) -%}
    {{ return(table.rows) }}
{%- endmacro %}

{#-
    What is known of the node that is being built.

    `made_from` is whatever tells its statement, beside the SQL. Of the result, `statement` and
    `reads` are those of now; `row` is the node's own in the ledger or none; `reason` says why the
    node must be made, empty where it need not be; `is_known` is false where an input has no
    fingerprint. `as_view` asks for a reason to define the node anew: its rows are those of its
    inputs.
-#}
{% macro known_node(made_from, as_view=false) -%}
    {%- set ids = model.depends_on.nodes | unique | list -%}
    {%- set sql = sql or '' -%}
    {%- set wanted = "'" ~ (ids + [model.unique_id]) | join("', '") ~ "'" -%}
    {%- set ns = namespace(row=none, maker='', salt='') -%}
    {%- set reads = {} -%}
    {%- for row in abm_warehouse.fetched(
        'select node_id, statement, reads, shape, content,'
        ~ " cast(getvariable('abm_maker') as varchar),"
        ~ " md5(coalesce(cast(getvariable('abm_email_salt') as varchar), ''))"
        ~ ' from ' ~ abm_warehouse.nodes_ledger() ~ ' where node_id in (' ~ wanted ~ ", '"
        ~ abm_warehouse.nodes_ledger_id() ~ "')"
    ) -%}
        {%- if row[0] == model.unique_id -%}
            {%- set ns.row = {'statement': row[1], 'reads': fromjson(row[2] or '', {})} -%}
        {%- elif row[0] == abm_warehouse.nodes_ledger_id() -%}
            {%- set ns.maker = row[5] -%}
            {%- set ns.salt = row[6] -%}
        {%- else -%}
            {%- do reads.update({row[0]: [row[3], row[4]]}) -%}
        {%- endif -%}
    {%- endfor -%}
    {#- Without the plugin abm.dbt_plugin in the profile nothing tells what makes tables. -#}
    {%- set is_known = reads | length == ids | length and ns.maker -%}
    {#- What is read without a reference. -#}
    {%- if abm_warehouse.builds_ledger() | string in sql -%}
        {%- do reads.update({'ledger of builds': ['', abm_warehouse.build_id()]}) -%}
    {%- endif -%}
    {%- if 'getvariable(' in sql -%}
        {%- do reads.update({'salt': ['', ns.salt]}) -%}
    {%- endif -%}
    {%- set statement = local_md5([
        ns.maker, sql, made_from, tojson(model.config, sort_keys=true),
        tojson(model.columns, sort_keys=true), pre_hooks, post_hooks,
    ] | join('\n')) -%}
    {%- set reason = abm_warehouse.why_made(ns.row, statement, reads, 0 if as_view else 1) -%}
    {{ return({
        'statement': statement, 'reads': reads, 'row': ns.row, 'is_known': is_known,
        'began_at': modules.datetime.datetime.now(),
        'reason': reason if is_known else 'it reads what no build made' if ns.maker
            else 'no profile names the plugin abm.dbt_plugin',
    }) }}
{%- endmacro %}

{% macro why_made(row, statement, reads, compared) -%}
    {%- if not abm_warehouse.is_building() -%}{{ return('the command is no build') }}{%- endif -%}
    {%- if flags.FULL_REFRESH -%}{{ return('everything is built anew') }}{%- endif -%}
    {%- if row is none -%}{{ return('no earlier build made it') }}{%- endif -%}
    {%- if row.statement != statement -%}{{ return('its statement changed') }}{%- endif -%}
    {%- set changed = [] -%}
    {%- for id, known in reads.items() -%}
        {%- if row.reads.get(id, [none, none])[compared] != known[compared] -%}
            {%- do changed.append(id.split('.')[2:] | join('.') or id) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return('changed: ' ~ changed | sort | join(', ') if changed else '') }}
{%- endmacro %}

{#- The statements that write what is known of a node, in the transaction that makes it, after
    `statements` made it. `measured` is a query of its shape and content. -#}
{% macro record_node(known, statements, measured="select '', ''") -%}
    {%- set forgotten = 'delete from ' ~ abm_warehouse.nodes_ledger() ~ ' where node_id = ' -%}
    {%- set texts = [] -%}
    {%- for text in [
        model.unique_id, known.statement, tojson(known.reads, sort_keys=true),
        abm_warehouse.build_id(), known.reason,
        '%.2f' | format((modules.datetime.datetime.now() - known.began_at).total_seconds()),
        tojson({
            'kind': model.config.materialized,
            'statements': none if abm_warehouse.has_hooks() else statements, 'measured': measured,
        }),
    ] -%}
        {%- do texts.append("'" ~ text | replace("'", "''") ~ "'") -%}
    {%- endfor -%}
    {%- if not known.is_known -%}{{ return(forgotten ~ texts[0]) }}{%- endif -%}
    {{ return(
        forgotten ~ texts[0] ~ ';\ninsert into ' ~ abm_warehouse.nodes_ledger() ~ ' select '
        ~ texts[:3] | join(', ') ~ ', measured.*, ' ~ texts[3:] | join(', ')
        ~ ' from (' ~ measured ~ ') as measured'
    ) }}
{%- endmacro %}

{#- What a hook does is in no recipe. -#}
{% macro has_hooks() -%}
    {%- for hook in (pre_hooks or []) + (post_hooks or []) if render(hook.sql) | trim -%}
        {{ return(true) }}
    {%- endfor -%}
    {{ return(false) }}
{%- endmacro %}

{% macro record_table(known, relation, statements, row_hash='hash(built)') -%}
    {%- set types = 'typeof((select one from ' ~ relation ~ ' as one limit 1))' -%}
    {{ return(abm_warehouse.record_node(
        known, statements,
        'select md5(' ~ types ~ '), md5(' ~ types ~ " || count(*) || ' ' || coalesce(sum("
        ~ row_hash ~ '), 0)) from ' ~ relation ~ ' as built'
    )) }}
{%- endmacro %}

{#- A view is of the columns and rows that its inputs have. -#}
{% macro record_view(known, statements) -%}
    {%- set shapes, contents = [known.statement], [known.statement] -%}
    {%- for id, read in known.reads | dictsort -%}
        {%- do shapes.append(id ~ read[0]) -%}
        {%- do contents.append(id ~ read[1]) -%}
    {%- endfor -%}
    {{ return(abm_warehouse.record_node(
        known, statements,
        "select '" ~ local_md5(shapes | join(' ')) ~ "', '"
        ~ local_md5(contents | join(' ')) ~ "'"
    )) }}
{%- endmacro %}

{#- What a materialization returns of a node that is as its last build made it. -#}
{% macro unchanged(relation) -%}
    {%- do store_raw_result(
        'main', message='unchanged', code=abm_warehouse.unchanged_code(), rows_affected=0
    ) -%}
    {{ return({'relations': [relation]}) }}
{%- endmacro %}

{% macro unchanged_code() -%} {{- return('UNCHANGED') -}} {%- endmacro %}
