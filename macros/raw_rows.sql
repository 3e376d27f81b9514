{#-
    From a raw table to the rows that count.

    The contract of a raw table is its entry in the sources YAML: columns and types, and in
    `config.meta` its `key`, the columns that must be filled (`required`), the columns that hold
    moments of the past (`past`), where it says that a row was merged into another (`merged_into`,
    `merged_ids`), and which parts of the key are Salesforce ids (`salesforce_ids`), written in 15
    or 18 characters. A required part of the key whose null says something is `nullable`;
    `further_key` is a column that belongs to the key of the rows in which others (`where_null`) are
    all null. In a column's own meta: the `range` of a number; `names_people` where it names
    people or holds their addresses. What loaders and systems mark rows with, in any table, is var
    `row_marks`.

    Every raw row has exactly one outcome:
      rejected   unreadable as its type, without its id, or with an impossible date
      duplicate  an older version of the same key
      deleted    the newest version of its key says deleted, past or merged away
      staged     the rest, typed
    `outcome` asks for other rows than the staged ones: `merged` for those that were merged away,
    `readable` for every version that is not rejected.
-#}
{% macro raw_rows(source_name, table_name, outcome='staged') -%}
    {%- set relation = source(source_name, table_name) -%}
    {%- if not execute -%}{{ return('select 1 as parsed') }}{%- endif -%}
    {%- set reading = raw_reading(source_name, table_name) -%}
    {%- if is_raw_table_absent(source_name, table_name) -%}
        select
            {% for name in reading.columns -%}
                {{ reading.nulls[name] }} as {{ name }},
            {% endfor -%}
            cast(null as {{ dbt.type_timestamp() }}) as loaded_at,
            cast(null as {{ dbt.type_string() }}) as source_connection
        from (select 1 as one) as no_rows
        where one = 0
    {%- else -%}
        select
            {{ reading.columns.keys() | join(',\n            ') }},
            loaded_at,
            source_connection
        {%- if outcome == 'readable' %}
        from ({{ typed_raw_rows(reading) }}) as readable_rows
        where not is_rejected_row
        {%- else %}
        from ({{ newest_raw_rows(reading) }}) as newest_rows
        where {{ 'is_merged_row' if outcome == 'merged' else 'not is_deleted_row' }}
        {%- endif %}
    {%- endif -%}
{%- endmacro %}

{#- The newest version of each key among the readable rows. Rows whose key occurs once, nearly all,
    pass straight through; only the others are ranked, which costs a fraction of ranking every row.
    They are told apart by a hash of the raw key; keys that share one are ranked apart all the same.
    A CTE would be shorter, but two readers would have it written to memory with every column. -#}
{% macro newest_raw_rows(reading) -%}
    {%- if not reading.key %}
    select *
    from ({{ typed_raw_rows(reading) }}) as readable_rows
    where not is_rejected_row
    {%- else %}
    {%- set key_hash = row_hash(reading.raw_key) -%}
    {%- set single_rows -%}
        (select raw_rows.*
        from {{ read_raw_rows(reading) }} as raw_rows
        left join {{ repeated_raw_keys(reading) }} as repeated_keys
            on {{ key_hash }} = repeated_keys.key_hash
        where repeated_keys.key_hash is null)
    {%- endset %}
    select
        readable_rows.*,
        1 as version_rank
    from ({{ typed_raw_rows(reading, single_rows) }}) as readable_rows
    where not is_rejected_row

    union all

    select *
    from (
        select
            readable_rows.*,
            row_number() over (
                partition by {{ reading.key | join(', ') }}
                order by
                case when is_rejected_row then 1 else 0 end,
                {{ binary_order(reading.time_text) }} desc,
                {{ binary_order(reading.version_text) }} desc
            ) as version_rank
        from ({{ typed_raw_rows(reading, repeated_raw_rows(reading)) }}) as readable_rows
    ) as ranked_rows
    where version_rank = 1 and not is_rejected_row
    {%- endif -%}
{%- endmacro %}

{% macro repeated_raw_keys(reading) -%}
    {%- set key_hash = row_hash(reading.raw_key) -%}
        (select {{ key_hash }} as key_hash
        from {{ read_raw_rows(reading, reading.key_columns) }} as raw_rows
        group by {{ key_hash }} having count(*) > 1)
{%- endmacro %}

{#- Not a join: of DuckDB's optimizers projection_pullup would take seconds for one per table. -#}
{% macro repeated_raw_rows(reading) -%}
        (select raw_rows.*
        from {{ read_raw_rows(reading) }} as raw_rows
        where {{ row_hash(reading.raw_key) }} in {{ repeated_raw_keys(reading) }})
{%- endmacro %}

{#- Every raw row with what its columns, or some of them, are read as: `abm_read_<column>`. Whoever
    needs a value twice reads it once: an engine binds an expression wherever it stands. -#}
{% macro read_raw_rows(reading, names=none) -%}
    (select
        raw_rows.*
        {%- for name, read in reading.reads.items() if names is none or name in names %},
        {{ read }} as abm_read_{{ name }}
        {%- endfor %}
    from {{ reading.relation }} as raw_rows)
{%- endmacro %}

{#- Every raw row, or those of a subquery, with its columns read as their types, when it was loaded,
    and whether it is rejected or deleted. -#}
{% macro typed_raw_rows(reading, rows=none) -%}
    {%- set blocking = reading.faults | selectattr('is_blocking') | map(attribute='condition')
        | list -%}
    select
        {% for name, typed in (reading.columns.items() | list) + (reading.marks.items() | list) -%}
            {{ typed }} as {{ name }},
        {% endfor -%}
        {{ reading.loaded_at }} as loaded_at,
        {{ reading.connection }} as source_connection,
        {{ 'coalesce((' ~ blocking | join(') or (') ~ '), false)' if blocking else 'false' }}
            as is_rejected_row,
        {{ reading.deleted | join(' or ') if reading.deleted else 'false' }} as is_deleted_row,
        {{ reading.merged | join(' or ') if reading.merged else 'false' }} as is_merged_row
    from {{ rows or read_raw_rows(reading) }} as raw_rows
{%- endmacro %}

{#-
    How a raw table is read, for all that read it: a mapping with
      reads          column to the expression that reads it as its type, of the raw table
      columns        column to its value, of read_raw_rows, as are the conditions
      nulls          column to a null of its type
      faults         what makes a row unfit, or one of its values: column, reason, condition,
                     is_blocking
      marks          the same of what var row_marks names and the contract does not
      loaded_at      when a raw row was loaded
      connection     the connection that it came by, null for the one without a name
      deleted        conditions, any of which deletes a row
      merged         those of them by which another record has taken its place
      key, raw_key   the key as expressions that are never null in a readable row, of readable_rows
                     and of read_raw_rows: an optional part compares equal to itself, and one that
                     the extract lacks is left out; key_columns are what they read
      time_text      what tells versions apart in time, a text that is greatest for the newest:
                     whether the loader calls one the present one, when it was modified, when it
                     was loaded
      version_text   every column and mark as text, of which the greatest counts among the newest
      relation, meta the table and its meta
    A macro costs dbt more to call than a line to render, so one is called per type and not per
    column, with `{column}` in the column's place: nothing that a pattern may end with.
-#}
{% macro raw_reading(source_name, table_name) -%}
    {%- set table = raw_table(source_name, table_name) -%}
    {%- set meta = table.config.meta -%}
    {%- set absent = absent_raw_columns(source_name, table_name) -%}
    {%- set already_typed = typed_raw_columns(source_name, table_name) -%}
    {%- set filled = filled_raw_columns(table) -%}
    {%- set string = dbt.type_string() -%}
    {%- set place = 'raw_rows.{column}' -%}
    {%- set as_text = 'trim(cast(raw_rows.{column} as ' ~ string ~ '))' -%}
    {%- set blank_is_null = 'nullif(' ~ as_text ~ ", '')" -%}
    {%- set blank_is_null_id = 'nullif(' ~ read_id(place) ~ ", '')" -%}
    {%- set impersonal_id = impersonal_id('raw_rows.abm_read_{column}') -%}
    {%- set casts = {} -%}
    {%- set nulls = {} -%}
    {%- set texts = {} -%}
    {%- set table_marks = raw_marks(source_name, table_name) -%}
    {%- set kinds = ['varchar'] + (table.columns.values() | map(attribute='data_type') | list)
        + (table_marks.types.values() | list) -%}
    {%- for data_type in kinds | unique -%}
        {%- do nulls.update({data_type: 'cast(null as ' ~ engine_type(data_type) ~ ')'}) -%}
        {%- do texts.update({data_type: text_of('readable_rows.{column}', data_type)}) -%}
        {%- if data_type != 'varchar' and not is_nested_type(data_type) -%}
            {%- do casts.update({data_type: try_cast(place, data_type)}) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set loaded_at = 'raw_rows.abm_read_loaded_at' -%}
    {%- set has_connections = has_raw_connections(source_name) -%}
    {%- set ns = namespace(past=none) -%}
    {%- if meta.get('past') -%}
        {%- set ns.past = "{column} < cast('1990-01-01 00:00:00' as " ~ dbt.type_timestamp() ~ ')'
            ~ ' or {column} > ' ~ moment_after(loaded_at, 1, 'day') -%}
    {%- endif -%}
    {%- set reading = {
        'reads': {'loaded_at': raw_loaded_at(source_name, table_name)}, 'columns': {}, 'marks': {},
        'nulls': {}, 'faults': [], 'loaded_at': loaded_at, 'deleted': [], 'merged': [], 'key': [],
        'raw_key': [], 'key_columns': meta['key'] | list,
        'relation': raw_relation(source_name, table_name), 'meta': meta,
        'connection': 'raw_rows.source_connection' if has_connections
            else 'cast(null as ' ~ string ~ ')',
    } -%}
    {%- set times = [] -%}
    {%- set versions = [] -%}
    {%- for column in table.columns.values() -%}
        {%- set name = column.name -%}
        {%- set data_type = 'varchar' if has_connections and is_own_raw_id(column)
            else column.data_type -%}
        {%- set raw = 'raw_rows.' ~ name -%}
        {%- set read = 'raw_rows.abm_read_' ~ name -%}
        {%- set in_range = is_in_range(read, column) if data_type == 'double' else '' -%}
        {%- if name in absent -%} {%- set typed = nulls[data_type] -%}
        {%- elif data_type == 'double' -%}
            {%- set typed = 'case when ' ~ in_range ~ ' then ' ~ read ~ ' end' -%}
        {%- elif data_type == 'varchar' and is_published_raw_id(column) -%}
            {%- set typed = impersonal_id | replace('{column}', name) -%}
        {%- else -%} {%- set typed = read -%}
        {%- endif -%}
        {%- if name not in absent -%}
            {%- if data_type == 'varchar' -%}
                {%- set reader = blank_is_null_id if is_raw_id(column) else blank_is_null -%}
                {%- do reading.reads.update({name: reader | replace('{column}', name)}) -%}
            {%- elif data_type in casts -%}
                {%- do reading.reads.update({name: (
                    taken_as_typed(data_type) if name in already_typed else casts[data_type]
                ) | replace('{column}', name)}) -%}
            {%- else -%}
                {%- do reading.reads.update({name: read_nested(raw, data_type)}) -%}
            {%- endif -%}
        {%- endif -%}
        {%- do reading.columns.update({name: typed}) -%}
        {%- do reading.nulls.update({name: nulls[data_type]}) -%}
        {%- if name not in absent -%}
            {%- do versions.append(texts[data_type] | replace('{column}', name)) -%}
            {%- if name in filled -%}
                {%- do reading.faults.append({
                    'column': name, 'reason': 'missing_id', 'is_blocking': true,
                    'condition': blank_is_null | replace('{column}', name) ~ ' is null'
                }) -%}
            {%- endif -%}
            {%- if data_type in casts and name not in already_typed -%}
                {%- do reading.faults.append({
                    'column': name, 'reason': 'unreadable_' ~ data_type, 'is_blocking': true,
                    'condition': raw ~ ' is not null and ' ~ read ~ ' is null and '
                        ~ as_text | replace('{column}', name) ~ " <> ''"
                }) -%}
            {%- endif -%}
            {%- if data_type == 'double' -%}
                {%- do reading.faults.append({
                    'column': name, 'reason': 'out_of_range', 'is_blocking': false, 'is_read': true,
                    'condition': 'not (' ~ in_range ~ ')'
                }) -%}
            {%- endif -%}
            {%- if name in meta.get('past', []) -%}
                {%- set moment = timestamp_from_microseconds(typed) if data_type == 'bigint'
                    else typed -%}
                {%- do reading.faults.append({
                    'column': name, 'reason': 'impossible_date', 'is_blocking': true,
                    'is_read': true,
                    'condition': ns.past | replace('{column}', moment)
                }) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for name in raw_passthrough_columns(source_name, table_name) -%}
        {%- do reading.columns.update({name: 'raw_rows.' ~ name}) -%}
        {%- do reading.nulls.update({name: 'cast(null as ' ~ string ~ ')'}) -%}
        {%- do versions.append(texts['varchar'] | replace('{column}', name)) -%}
    {%- endfor -%}

    {%- for name, data_type in table_marks.types.items() if name not in table.columns -%}
        {%- do reading.reads.update({name: (
            taken_as_typed(data_type) if name in already_typed else casts[data_type]
        ) | replace('{column}', name)}) -%}
        {%- do reading.marks.update({name: 'raw_rows.abm_read_' ~ name}) -%}
        {%- do versions.append(texts[data_type] | replace('{column}', name)) -%}
        {%- if name not in already_typed -%}
            {%- do reading.faults.append({
                'column': name, 'reason': 'unreadable_' ~ data_type, 'is_blocking': true,
                'condition': 'raw_rows.' ~ name ~ ' is not null and ' ~ reading.marks[name]
                    ~ ' is null and ' ~ as_text | replace('{column}', name) ~ " <> ''"
            }) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set readings = dict(reading.columns, **reading.marks) -%}
    {%- for name in table_marks.deleted -%}
        {%- do reading.deleted.append(
            'coalesce(' ~ readings[name] ~ ', false)' if table_marks.types[name] == 'boolean'
            else readings[name] ~ ' is not null'
        ) -%}
    {%- endfor -%}
    {%- for name in table_marks.active -%}
        {%- do reading.deleted.append('not coalesce(' ~ readings[name] ~ ', true)') -%}
        {%- do times.append(
            'case when coalesce(readable_rows.' ~ name ~ ", true) then '1' else '0' end"
        ) -%}
    {%- endfor -%}
    {%- if meta.get('merged_into') -%}
        {%- do reading.merged.append(reading.columns[meta['merged_into']] ~ ' is not null') -%}
    {%- endif -%}
    {%- set merged_ids = merged_raw_ids(source_name, table_name) -%}
    {%- if merged_ids -%}
        {%- do reading.merged.append(
            'coalesce(cast(' ~ reading.columns[meta['key'][0]] ~ ' as ' ~ string
            ~ ') in (select merged_id from (' ~ merged_ids ~ ') as merged_ids), false)'
        ) -%}
    {%- endif -%}
    {%- do reading.deleted.extend(reading.merged) -%}

    {%- for name in meta['key'] if name not in absent -%}
        {%- set part = 'readable_rows.' ~ name -%}
        {%- if name in meta.get('salesforce_ids', []) -%}
            {%- do reading.key.append(salesforce_id_key(part)) -%}
            {%- do reading.raw_key.append(salesforce_id_key(reading.columns[name])) -%}
        {%- elif name in filled -%}
            {%- do reading.key.append(part) -%}
            {%- do reading.raw_key.append(reading.columns[name]) -%}
        {%- else -%}
            {%- set optional = 'coalesce(cast({column} as ' ~ string ~ "), '')" -%}
            {%- do reading.key.append(optional | replace('{column}', part)) -%}
            {%- do reading.raw_key.append(optional | replace('{column}', reading.columns[name])) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set further = meta.get('further_key') -%}
    {%- if further and further.column not in absent -%}
        {%- set data_type = table.columns[further.column].data_type -%}
        {%- set readable = {} -%}
        {%- for name in further.where_null + [further.column] -%}
            {%- do readable.update({name: 'readable_rows.' ~ name}) -%}
        {%- endfor -%}
        {%- do reading.key.append(further_key_part(further, readable, data_type)) -%}
        {%- do reading.key_columns.extend(further.where_null + [further.column]) -%}
        {%- do reading.raw_key.append(further_key_part(further, reading.columns, data_type)) -%}
    {%- endif -%}
    {%- for name in table_marks.modified_at -%}
        {%- do times.append(
            texts[table_marks.types[name]] | replace('{column}', name)
            if table_marks.types[name] in ('timestamp', 'date')
            else ordered_number('readable_rows.' ~ name)
        ) -%}
    {%- endfor -%}
    {%- do times.append(text_of('readable_rows.loaded_at', 'timestamp')) -%}
    {%- do reading.update({
        'time_text': ordered_text(times), 'version_text': ordered_text(versions)
    }) -%}
    {{ return(reading) }}
{%- endmacro %}

{#- The key's further part: the text of a column where others are all null, else nothing. -#}
{% macro further_key_part(further, columns, data_type) -%}
    case
        when
            {% for name in further.where_null -%}
                {{ 'and ' if not loop.first }}{{ columns[name] }} is null
            {% endfor -%}
            then coalesce({{ text_of(columns[further.column], data_type) }}, '')
        else ''
    end
{%- endmacro %}

{#- A number that its column can mean: from the first to the last of the column's meta `range`, else
    any that is not absurd. Another one becomes null and is listed, and the row stays. -#}
{% macro is_in_range(number, column) -%}
    {%- set range = ((column.get('config') or {}).get('meta') or {}).get('range') -%}
    {%- if range -%}
        {{ number }} between {{ range[0] }} and {{ range[1] }}
    {%- else -%}
        abs({{ number }}) < {{ greatest_number() }}
    {%- endif -%}
{%- endmacro %}

{#- No amount or count is as large, nor could a decimal of 18 digits with 4 places hold it. -#}
{% macro greatest_number() -%} 1e14 {%- endmacro %}

{#- What a table's rows are marked with, by kind, the names in the order of var `row_marks`, and the
    type of each: those of the contract, `_fivetran_synced` and `_fivetran_deleted` unless the
    extract lacks them, and what var `loader_columns` says that it has. -#}
{% macro raw_marks(source_name, table_name) -%}
    {%- set columns = (raw_table(source_name, table_name).columns.keys() | list)
        + ['_fivetran_synced', '_fivetran_deleted'] -%}
    {%- set absent = absent_raw_columns(source_name, table_name) -%}
    {%- set found = found_var('loader_columns').get(source_name, {}).get(table_name) or [] -%}
    {%- set marks = {'types': {}} -%}
    {%- for kind, names in var('row_marks').items() -%}
        {%- do marks.update({kind: []}) -%}
        {%- for name, data_type in names.items()
            if name in found or (name in columns and name not in absent) -%}
            {%- do marks[kind].append(name) -%}
            {%- if kind != 'loaded_at' -%}
                {%- do marks.types.update({name: data_type}) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(marks) }}
{%- endmacro %}

{#- When a raw row was loaded, as the first of its load times says. One that is a number counts the
    seconds since 1970. -#}
{% macro raw_loaded_at(source_name, table_name) -%}
    {%- set readings = [] -%}
    {%- for name in raw_marks(source_name, table_name).loaded_at -%}
        {%- if var('row_marks').loaded_at[name] == 'timestamp' -%}
            {%- do readings.append(
                'raw_rows.' ~ name if name in typed_raw_columns(source_name, table_name)
                else try_cast('raw_rows.' ~ name, 'timestamp')
            ) -%}
        {%- else -%}
            {%- do readings.append(timestamp_from_microseconds(
                'cast(' ~ try_cast('raw_rows.' ~ name, 'double') ~ ' * 1e6 as '
                ~ dbt.type_bigint() ~ ')'
            )) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if readings | length == 0 -%} cast(null as {{ dbt.type_timestamp() }})
    {%- elif readings | length == 1 -%} {{ readings[0] }}
    {%- else -%} coalesce({{ readings | join(', ') }})
    {%- endif -%}
{%- endmacro %}

{#- Ids of a table that were merged into others, each with its survivor: what `merged_ids` of the
    table's meta names, a list of {table, survivor, merged}, where `merged` holds one id or a list.
    Nothing where the table has no such entry. A model that reads it names the tables of the entries
    in `depends_on` comments, which dbt needs while it parses. -#}
{% macro merged_raw_ids(source_name, table_name) -%}
    {%- set pairs = [] -%}
    {%- for entry in raw_table(source_name, table_name).config.meta.get('merged_ids', [])
        if not is_raw_table_absent(source_name, entry.table)
        and not is_raw_column_absent(source_name, entry.table, entry.merged) -%}
        {%- set rows -%}
            (select
                {{ read_id('raw_rows.' ~ entry.survivor) }} as survivor_id,
                translate(
                    cast(raw_rows.{{ entry.merged }} as {{ dbt.type_string() }}), ',[]{}" ', ';'
                ) as merged_ids
            from {{ raw_relation(source_name, entry.table) }} as raw_rows
            where
                raw_rows.{{ entry.merged }} is not null
                {%- set marks = raw_marks(source_name, entry.table) %}
                {%- for name in marks.deleted if entry.table != table_name %}
                and {{ try_cast('raw_rows.' ~ name, marks.types[name]) }}
                    {{ 'is distinct from true' if marks.types[name] == 'boolean' else 'is null' }}
                {%- endfor %}
            ) as merging_rows
        {%- endset -%}
        {%- do pairs.append(split_rows(rows, ['survivor_id'], 'merged_ids')) -%}
    {%- endfor -%}
    {%- if pairs -%}
        with listed as (
            select
                survivor_id,
                {{ read_id('list_part') }} as merged_id
            from ({{ pairs | join(' union all ') }}) as pairs
        )

        select
            listed.merged_id,
            {{ minimum_text('listed.survivor_id') }} as survivor_id
        from listed
        -- Two that name each other: one of them stays.
        left join listed as reversed
            on
                listed.merged_id = reversed.survivor_id
                and listed.survivor_id = reversed.merged_id
        where
            listed.merged_id not in ('', listed.survivor_id)
            and (
                reversed.survivor_id is null
                or {{ binary_order('listed.survivor_id') }} < listed.merged_id
            )
        group by listed.merged_id
    {%- endif -%}
{%- endmacro %}

{#- The same for a staging model: merged_id and survivor_id, no row where there is nothing. -#}
{% macro merged_ids_of(source_name, table_name) -%}
    {%- if not execute -%}{{ return('select 1 as parsed') }}{%- endif -%}
    {%- set merged_ids = merged_raw_ids(source_name, table_name) -%}
    {%- set string = dbt.type_string() -%}
    {%- if merged_ids -%}
    select * from ({{ merged_ids }}) as merged_ids
    {%- else -%}
    select
        cast(null as {{ string }}) as merged_id,
        cast(null as {{ string }}) as survivor_id
    from (select 1 as one) as no_rows
    where one = 0
    {%- endif -%}
{%- endmacro %}

{#- A column of ids, alone or in a list: a number may arrive with a fraction of zero. One of another
    name says so in its meta. -#}
{% macro is_raw_id(column) -%}
    {%- set meta = (column.get('config') or {}).get('meta') or {} -%}
    {{ return(meta.get('is_id') or column.name[-2:] == 'id' or column.name[-3:] == 'ids') }}
{%- endmacro %}

{#- One that may be published: not a list of ids, nor one that is matched with addresses (meta
    `names_people`). -#}
{% macro is_published_raw_id(column) -%}
    {%- set meta = (column.get('config') or {}).get('meta') or {} -%}
    {{ return(
        is_raw_id(column) and column.name[-3:] != 'ids' and not meta.get('names_people')
    ) }}
{%- endmacro %}

{#- One of ids of the source's own records, which its connections may give twice: behind the name of
    its connection it is a text. `shared_id` in a column's meta says that it is none. -#}
{% macro is_own_raw_id(column) -%}
    {%- set meta = (column.get('config') or {}).get('meta') or {} -%}
    {{ return(is_raw_id(column) and not meta.get('shared_id')) }}
{%- endmacro %}

{#- Columns without which a row is no record: the required parts of its key, and those that
    `not_null` names where the table has no key. -#}
{% macro filled_raw_columns(table) -%}
    {%- set meta = table.config.meta -%}
    {%- set required = meta.get('required', meta['key']) -%}
    {%- set filled = meta.get('not_null', []) | list -%}
    {%- for name in meta['key'] if name in required and name not in meta.get('nullable', []) -%}
        {%- do filled.append(name) -%}
    {%- endfor -%}
    {{ return(filled) }}
{%- endmacro %}

{#- A dbt var about the raw data, or what `abm build` found them to be. -#}
{% macro found_var(name) -%}
    {%- set found = env_var('ABM_FOUND_' ~ name | upper, '') -%}
    {{ return(fromjson(found) if found else var(name)) }}
{%- endmacro %}

{#- What a raw table is read from: itself, or the query of var `raw_tables` where a loader left it
    otherwise. In it `{raw_dir}` stands for the raw directory, as a DuckDB glob. -#}
{% macro raw_relation(source_name, table_name) -%}
    {%- set relation = source(source_name, table_name) -%}
    {%- set query = raw_table_query(source_name, table_name) if execute -%}
    {%- if query -%}
        {%- set raw_dir = env_var('ABM_RAW_DIR', 'sample_data') | replace('[', '[[]')
            | replace('*', '[*]') | replace('?', '[?]') | replace("'", "''") -%}
        {{ return('(' ~ query | replace('{raw_dir}', raw_dir) ~ ')') }}
    {%- endif -%}
    {{ return(relation) }}
{%- endmacro %}

{% macro raw_table_query(source_name, table_name) -%}
    {{ return(env_var(
        'ABM_FOUND_RAW_TABLES_' ~ source_name | upper ~ '_' ~ table_name | upper,
        var('raw_tables').get(source_name, {}).get(table_name, '')
    )) }}
{%- endmacro %}

{#- Whether a source has connections with names of their own. Its ids are texts then, behind the
    name of their connection. -#}
{% macro has_raw_connections(source_name) -%}
    {{ return(found_var('raw_connections').get(source_name, []) | length > 0) }}
{%- endmacro %}

{% macro raw_table(source_name, table_name) -%}
    {{ return(graph.sources['source.abm_warehouse.' ~ source_name ~ '.' ~ table_name]) }}
{%- endmacro %}

{% macro is_nested_type(data_type) -%}
    {{ return(data_type.startswith('struct')) }}
{%- endmacro %}

{#- A source that is switched off delivers no row of any table. -#}
{% macro is_raw_table_absent(source_name, table_name) -%}
    {{ return(
        source_name not in var('enabled_sources')
        or found_var('absent').get(source_name, {}).get(table_name) == 'all'
    ) }}
{%- endmacro %}

{#- The columns that the extract lacks of a table that it has. -#}
{% macro absent_raw_columns(source_name, table_name) -%}
    {{ return(found_var('absent').get(source_name, {}).get(table_name) or []) }}
{%- endmacro %}

{#- The columns of a table that the extract has in the type of the contract, as far as that is known
    while it is compiled: there is nothing to read, and a plan is spared the reading. -#}
{% macro typed_raw_columns(source_name, table_name) -%}
    {{ return(found_var('typed_columns').get(source_name, {}).get(table_name) or []) }}
{%- endmacro %}

{#- What a raw value is before it is read: of the contract's type, or any text. -#}
{% macro stored_raw_type(source_name, table_name, column) -%}
    {%- set is_typed = is_nested_type(column.data_type)
        or column.name in typed_raw_columns(source_name, table_name) -%}
    {{ return(column.data_type if is_typed else 'varchar') }}
{%- endmacro %}

{#- The value of such a column: a number that is not finite is none. -#}
{% macro taken_as_typed(data_type) -%}
    {%- set value = 'raw_rows.{column}' -%}
    {{ return(
        'case when ' ~ value ~ ' - ' ~ value ~ ' = 0 then ' ~ value ~ ' end'
        if data_type == 'double' else value
    ) }}
{%- endmacro %}

{% macro is_raw_column_absent(source_name, table_name, column_name) -%}
    {{ return(column_name in absent_raw_columns(source_name, table_name)) }}
{%- endmacro %}
