{#-
    The ledger of builds: which one made what stands in this database. A hook writes the row of a
    build before its first node and another ends it after the last, so that a row that is still
    `running` is of a build that goes on or that was interrupted. Rows of builds that did not finish
    whole give way to the next build: what stays are builds that readers may be shown
    (decisions 130 and 131).
-#}

{#- Without the database's name, so that a view on it reads the copy of a database too. -#}
{% macro builds_ledger() -%}
    {{ return(api.Relation.create(
        schema=abm_warehouse.schema_beside_models('ledger'), identifier='builds'
    )) }}
{%- endmacro %}

{% macro builds_columns() -%}
    {{ return({
        'build_id': 'varchar', 'started_at': 'timestamp', 'finished_at': 'timestamp',
        'status': 'varchar', 'is_whole': 'boolean', 'selection': 'varchar', 'as_of_on': 'date',
        'code_fingerprint': 'varchar', 'vars': 'varchar',
        'input_fingerprint': 'varchar', 'n_input_files': 'integer',
        'n_tests_passed': 'integer', 'n_tests_warned': 'integer', 'n_failed': 'integer',
    }) }}
{%- endmacro %}

{#- The one moment of a build, UTC: when dbt began. -#}
{% macro build_moment() -%}
    {{- return(run_started_at.strftime('%Y-%m-%d %H:%M:%S.%f')) -}}
{%- endmacro %}

{#- Versions that snapshots keep of one build begin at one moment, whatever the clock does: that of
    the build that runs. Replaces dbt's macro. -#}
{% macro snapshot_get_time() -%}
    (select max(started_at) from {{ builds_ledger() }})
{%- endmacro %}

{#- Sorts by time; the end tells apart databases that were built at the same moment. -#}
{% macro build_id() -%}
    {{- return(run_started_at.strftime('%Y%m%dT%H%M%SZ-') ~ invocation_id[:8]) -}}
{%- endmacro %}

{#- Commands that change what stands in the database. -#}
{% macro is_building() -%}
    {{ return(execute and flags.WHICH in ('build', 'run', 'seed', 'snapshot', 'retry')) }}
{%- endmacro %}

{#- Whether this is a build of anything that is kept account of. -#}
{% macro is_building_kept() -%}
    {%- if not is_building() -%}{{ return(false) }}{%- endif -%}
    {%- set ids = warehouse_nodes(built_kinds()) | map(attribute='unique_id') | list -%}
    {{ return(
        var('abm_for_root_project', false)
        or ids | select('in', selected_resources) | list | length > 0
    ) }}
{%- endmacro %}

{% macro built_kinds() -%} {{- return(['model', 'seed', 'snapshot', 'test']) -}} {%- endmacro %}

{#- The command where it leaves out a model, seed, snapshot, data test or rows, else none. -#}
{% macro build_selection() -%}
    {%- set ns = namespace(n=0, n_left_out=0) -%}
    {%- for node in warehouse_nodes(built_kinds()) -%}
        {%- set ns.n = ns.n + 1 -%}
        {%- if node.unique_id not in selected_resources -%}
            {%- set ns.n_left_out = ns.n_left_out + 1 -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set said = ['dbt ' ~ flags.WHICH] -%}
    {%- for option in ('empty', 'sample') if invocation_args_dict.get(option) -%}
        {%- do said.append('--' ~ option) -%}
    {%- endfor -%}
    {%- if not ns.n_left_out and said | length == 1 -%}{{ return(none) }}{%- endif -%}
    {%- for option in ('select', 'exclude') if invocation_args_dict.get(option) -%}
        {%- do said.append('--' ~ option ~ ' ' ~ invocation_args_dict[option] | join(' ')) -%}
    {%- endfor -%}
    {{ return(said | join(' ') ~ ' (' ~ (ns.n - ns.n_left_out) ~ ' of ' ~ ns.n ~ ' nodes)') }}
{%- endmacro %}

{% macro begin_build() -%}
    {%- if not is_building_kept() -%}{{ return('') }}{%- endif -%}
    {%- set ledger = builds_ledger() -%}
    {%- set columns = builds_columns() -%}
    {%- do adapter.create_schema(api.Relation.create(
        database=target.database or none, schema=ledger.schema
    )) -%}
    {%- set definitions = [] -%}
    {%- for name, type in columns.items() -%}
        {%- do definitions.append(name ~ ' ' ~ engine_type(type)) -%}
    {%- endfor -%}
    {%- do adapter.dispatch('finish_exchanges', 'abm_warehouse')() -%}
    {%- set recorded = recorded_moments() -%}
    {%- do refuse_an_earlier_clock(recorded) -%}
    {%- set selection = build_selection() -%}
    {%- set n_files = env_var('ABM_INPUT_FILES', '') -%}
    {%- set row = {
        'build_id': build_id(), 'started_at': build_moment(), 'status': 'running',
        'selection': selection,
        'code_fingerprint': env_var('ABM_CODE_FINGERPRINT', ''),
        'vars': toyaml(invocation_args_dict.get('vars') or {}, sort_keys=true) | trim,
        'input_fingerprint': env_var('ABM_INPUT_FINGERPRINT', ''),
    } -%}
    {%- set last_build_id = fetched(
        'select max(build_id) from ' ~ ledger
        ~ ' where started_at = (select max(started_at) from ' ~ ledger ~ ')'
    )[0][0] if recorded.has_ledger -%}
    {%- set new_row -%}
    select
        {%- for name, type in columns.items() %}
        {% if name == 'as_of_on' -%} {{ as_of_date() }}
        {%- elif name == 'is_whole' -%} {{ 'false' if selection else 'true' }}
        {%- elif name == 'n_input_files' -%} cast({{ n_files or 'null' }} as integer)
        {%- else -%} cast(
            {{- "'" ~ dbt.escape_single_quotes(row[name]) ~ "'" if row.get(name) else 'null' }}
            as {{ engine_type(type) }})
        {%- endif %} as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    {%- endset -%}
    {%- do adapter.dispatch('write_builds', 'abm_warehouse')(
        ledger, definitions, recorded, last_build_id, new_row
    ) -%}
{%- endmacro %}

{#- Ends what a build that was killed had begun, where an engine has no transactions. -#}
{% macro default__finish_exchanges() -%}{%- endmacro %}

{#- Makes room for the build in the ledger. Run here and not as the hook's own statement: dbt builds
    on where that fails. -#}
{% macro default__write_builds(ledger, definitions, recorded, last_build_id, new_row) -%}
    {%- set statements -%}
    {{ begin_nodes(last_build_id) }}
    create table if not exists {{ ledger }} ({{ definitions | join(', ') }});
    {#- A database that was built before it kept a ledger: what its snapshots say. #}
    {%- if recorded.moments and not recorded.has_ledger %}
    insert into {{ ledger }} (build_id, started_at, finished_at, status, is_whole, as_of_on)
    select
        'before the ledger ' || cast(moment as {{ dbt.type_string() }}) as build_id,
        moment as started_at,
        moment as finished_at,
        'finished' as status,
        true as is_whole,
        cast(moment as date) as as_of_on
    from ({{ recorded.moments | join(' union ') }}) as moments;
    {%- endif %}
    delete from {{ ledger }} where status <> 'finished' or not is_whole;
    insert into {{ ledger }} ({{ builds_columns() | join(', ') }}) {{ new_row }}
    {%- endset -%}
    {%- do adapter.execute(statements, auto_begin=True) -%}
    {%- do adapter.commit() -%}
{%- endmacro %}

{#- Ends the row of this build. Where dbt is interrupted it is not called. -#}
{% macro finish_build(results) -%}
    {%- if not is_building_kept() -%}{{ return('') }}{%- endif -%}
    {%- set ns = namespace(passed=0, warned=0, failed=0) -%}
    {%- for result in results if is_of_warehouse(result.node) -%}
        {%- set status = result.status | string -%}
        {%- if status == 'pass' -%}{%- set ns.passed = ns.passed + 1 -%}
        {%- elif status == 'warn' -%}{%- set ns.warned = ns.warned + 1 -%}
        {#- An exposure is `no-op`. -#}
        {%- elif status not in ('success', 'no-op') -%}{%- set ns.failed = ns.failed + 1 -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set now = modules.datetime.datetime.now(modules.pytz.utc) -%}
    {%- if now < run_started_at -%}
        {{ exceptions.raise_compiler_error(
            'The clock went back while the build ran, from ' ~ build_moment() ~ ' to '
            ~ now.strftime('%Y-%m-%d %H:%M:%S') ~ ' UTC: set it right, then build again.'
        ) }}
    {%- endif -%}
    {{ adapter.dispatch('end_build', 'abm_warehouse')({
        'status': "'" ~ ('failed' if ns.failed else 'finished') ~ "'",
        'finished_at': "cast('" ~ now.strftime('%Y-%m-%d %H:%M:%S.%f') ~ "' as "
            ~ dbt.type_timestamp() ~ ')',
        'n_tests_passed': ns.passed, 'n_tests_warned': ns.warned, 'n_failed': ns.failed,
    }) }}
{%- endmacro %}

{% macro default__end_build(values) -%}
    update {{ builds_ledger() }}
    set
        {%- for name, value in values.items() %}
        {{ name }} = {{ value }}{{ ',' if not loop.last }}
        {%- endfor %}
    where build_id = '{{ build_id() }}'
{%- endmacro %}

{#- The snapshots that this database keeps: relation and group. -#}
{% macro kept_snapshots() -%}
    {%- set kept = [] -%}
    {%- for node in warehouse_nodes(['snapshot']) -%}
        {%- set relation = load_relation(api.Relation.create(
            database=node.database, schema=node.schema, identifier=node.alias
        )) -%}
        {%- if relation -%}
            {%- do kept.append({'relation': relation, 'group': node.config.group}) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(kept) }}
{%- endmacro %}

{#- `has_ledger`; `moments`, queries of the builds in which the scorecard's snapshots saw something
    new; `newest`, the newest moment that this database knows. -#}
{% macro recorded_moments() -%}
    {%- set known = [] -%}
    {%- set moments = [] -%}
    {%- for kept in kept_snapshots() -%}
        {%- set moment = 'select dbt_valid_from as moment from ' ~ kept.relation -%}
        {%- do known.append(moment) -%}
        {%- if kept.group == 'scorecard' -%}{%- do moments.append(moment) -%}{%- endif -%}
    {%- endfor -%}
    {%- set ledger = builds_ledger() -%}
    {%- set has_ledger = load_relation(ledger.incorporate(
        path={'database': target.database or none}
    )) is not none -%}
    {%- if has_ledger -%}
        {%- do known.append(
            'select coalesce(finished_at, started_at) as moment from ' ~ ledger
        ) -%}
    {%- endif -%}
    {%- set newest = namespace(moment=none) -%}
    {%- if known -%}
        {%- set found = run_query(
            'select max(moment) as newest from (' ~ known | join(' union all ') ~ ') as known'
        ) -%}
        {%- set newest.moment = found.columns[0].values()[0] -%}
    {%- endif -%}
    {{ return({'has_ledger': has_ledger, 'moments': moments, 'newest': newest.moment}) }}
{%- endmacro %}

{% macro refuse_an_earlier_clock(recorded) -%}
    {%- if recorded.newest and recorded.newest | string > build_moment() -%}
        {{ exceptions.raise_compiler_error(
            'The clock says ' ~ build_moment()[:19] ~ ' UTC, but this database was last built at '
            ~ (recorded.newest | string)[:19] ~ ' UTC: set the clock right and build again, or, if'
            ~ ' it was wrong then, see docs/reliability.md (The clock).'
        ) }}
    {%- endif -%}
{%- endmacro %}

{#- For an operator, after a build while the clock was ahead: what this database knows of the future
    is of now. `dbt run-operation correct_clock` -#}
{% macro correct_clock() -%}
    {%- if not execute -%}{{ return('') }}{%- endif -%}
    {%- set now = "cast('" ~ build_moment() ~ "' as " ~ dbt.type_timestamp() ~ ')' -%}
    {%- set ledger = builds_ledger() -%}
    {%- set columns = {ledger: ['started_at', 'finished_at']} -%}
    {%- for kept in kept_snapshots() -%}
        {%- do columns.update(
            {kept.relation: ['dbt_valid_from', 'dbt_valid_to', 'dbt_updated_at']}
        ) -%}
    {%- endfor -%}
    {%- set statements = ['drop table if exists ' ~ nodes_ledger()] -%}
    {%- for relation, names in columns.items() -%}
        {%- for name in names -%}
            {%- do statements.append(
                'update ' ~ relation ~ ' set ' ~ name ~ ' = ' ~ now
                ~ ' where ' ~ name ~ ' > ' ~ now
            ) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- do adapter.execute(statements | join(';\n'), auto_begin=True) -%}
    {%- do adapter.commit() -%}
{%- endmacro %}
