{#-
    From a raw table to the rows that count.

    The contract of a raw table is its entry in the sources YAML: columns and types, and in
    `config.meta` its `key`, the columns that must be filled (`required`), the columns that hold
    moments of the past (`past`), and what marks a deleted row (`deleted`, `merged_into`), and which
    parts of the key are Salesforce ids (`salesforce_ids`), written in 15 or 18 characters. In a
    column's own meta: the `range` of a number.

    Every raw row has exactly one outcome:
      rejected   unreadable as its type, without its id, or with an impossible date
      duplicate  an older version of the same key
      deleted    the newest version of its key says deleted or merged away
      staged     the rest, typed
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
            cast(null as {{ dbt.type_timestamp() }}) as _fivetran_synced
        from (select 1 as one) as no_rows
        where one = 0
    {%- else -%}
        select
            {{ reading.columns.keys() | join(',\n            ') }},
            _fivetran_synced
        from ({{ newest_raw_rows(reading) }}) as newest_rows
        where
        {%- if outcome == 'merged' %} {{ reading.meta['merged_into'] }} is not null
        {%- else %} not is_deleted_row
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
    {%- set repeated_keys -%}
        (select {{ key_hash }} as key_hash
        from {{ reading.relation }} as raw_rows
        group by {{ key_hash }} having count(*) > 1) as repeated_keys
    {%- endset %}
    {%- set single_rows -%}
        (select raw_rows.*
        from {{ reading.relation }} as raw_rows
        left join {{ repeated_keys }} on {{ key_hash }} = repeated_keys.key_hash
        where repeated_keys.key_hash is null)
    {%- endset %}
    {%- set repeated_rows -%}
        (select raw_rows.*
        from {{ reading.relation }} as raw_rows
        inner join {{ repeated_keys }} on {{ key_hash }} = repeated_keys.key_hash)
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
                {{ reading.version_order }}
            ) as version_rank
        from ({{ typed_raw_rows(reading, repeated_rows) }}) as readable_rows
    ) as ranked_rows
    where version_rank = 1 and not is_rejected_row
    {%- endif -%}
{%- endmacro %}

{#- Every raw row, or those of a subquery, with its columns read as their types, and whether it is
    rejected or deleted. -#}
{% macro typed_raw_rows(reading, rows=none) -%}
    {%- set meta = reading.meta -%}
    {%- set blocking = reading.faults | selectattr('is_blocking') | map(attribute='condition')
        | list -%}
    select
        {% for name, typed in reading.columns.items() -%}
            {{ typed }} as {{ name }},
        {% endfor -%}
        {{ reading.synced_at }} as _fivetran_synced,
        {{ 'coalesce((' ~ blocking | join(') or (') ~ '), false)' if blocking else 'false' }}
            as is_rejected_row,
        {{ 'coalesce(' ~ reading.columns[meta['deleted']] ~ ', false)' if meta.get('deleted')
            else 'false' }}
        {%- if meta.get('merged_into') %}
            or {{ reading.columns[meta['merged_into']] }} is not null
        {%- endif %} as is_deleted_row
    from {{ rows or reading.relation }} as raw_rows
{%- endmacro %}

{#-
    How a raw table is read, for all that read it: a mapping with
      columns        column to its expression in raw_rows, read as its type
      nulls          column to a null of its type
      faults         what makes a row unfit, or one of its values: column, reason, condition,
                     is_blocking
      synced_at      when a raw row was loaded
      key, raw_key   the key as expressions that are never null in a readable row, of readable_rows
                     and of raw_rows: an optional part compares equal to itself, and one that the
                     extract lacks is left out
      version_order  newest first: load time, then modification time, then every column as text,
                     greatest first
      relation, meta the table and its meta
    A macro costs dbt more to call than a line to render, so one is called per type and not per
    column, with `$` in the column's place.
-#}
{% macro raw_reading(source_name, table_name) -%}
    {%- set table = raw_table(source_name, table_name) -%}
    {%- set meta = table.config.meta -%}
    {%- set absent = var('absent').get(source_name, {}).get(table_name) or [] -%}
    {%- set filled = filled_raw_columns(table) -%}
    {%- set string = dbt.type_string() -%}
    {%- set place = 'raw_rows.$' -%}
    {%- set as_text = 'trim(cast(raw_rows.$ as ' ~ string ~ '))' -%}
    {%- set blank_is_null = 'nullif(' ~ as_text ~ ", '')" -%}
    {%- set casts = {} -%}
    {%- set nulls = {} -%}
    {%- set texts = {} -%}
    {%- for data_type in table.columns.values() | map(attribute='data_type') | unique -%}
        {%- do nulls.update({data_type: 'cast(null as ' ~ engine_type(data_type) ~ ')'}) -%}
        {%- do texts.update({
            data_type: binary_order(text_of('readable_rows.$', data_type)) ~ ' desc nulls last'
        }) -%}
        {%- if data_type != 'varchar' and not is_nested_type(data_type) -%}
            {%- do casts.update({data_type: try_cast(place, data_type)}) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set synced_at = 'cast(null as ' ~ dbt.type_timestamp() ~ ')' if '_fivetran_synced' in absent
        else try_cast('raw_rows._fivetran_synced', dbt.type_timestamp()) -%}
    {%- set ns = namespace(past=none) -%}
    {%- if meta.get('past') -%}
        {%- set ns.past = "$ < cast('1990-01-01 00:00:00' as " ~ dbt.type_timestamp() ~ ')'
            ~ ' or $ > ' ~ moment_after(synced_at, 1, 'day') -%}
    {%- endif -%}
    {%- set reading = {
        'columns': {}, 'nulls': {}, 'faults': [], 'synced_at': synced_at, 'key': [], 'raw_key': [],
        'relation': source(source_name, table_name), 'meta': meta,
    } -%}
    {%- set versions = [] -%}
    {%- for column in table.columns.values() -%}
        {%- set name = column.name -%}
        {%- set data_type = column.data_type -%}
        {%- set raw = 'raw_rows.' ~ name -%}
        {%- set read = casts.get(data_type, '') | replace(place, raw) -%}
        {%- set in_range = is_in_range(read, column) if data_type == 'double' else '' -%}
        {%- if name in absent -%} {%- set typed = nulls[data_type] -%}
        {%- elif data_type == 'varchar' -%} {%- set typed = blank_is_null | replace('$', name) -%}
        {%- elif data_type not in casts -%} {%- set typed = raw -%}
        {%- elif data_type == 'double' -%}
            {%- set typed = 'case when ' ~ in_range ~ ' then ' ~ read ~ ' end' -%}
        {%- else -%} {%- set typed = read -%}
        {%- endif -%}
        {%- do reading.columns.update({name: typed}) -%}
        {%- do reading.nulls.update({name: nulls[data_type]}) -%}
        {%- do versions.append(texts[data_type] | replace('$', name)) -%}
        {%- if name not in absent -%}
            {%- if name in filled -%}
                {%- do reading.faults.append({
                    'column': name, 'reason': 'missing_id', 'is_blocking': true,
                    'condition': blank_is_null | replace('$', name) ~ ' is null'
                }) -%}
            {%- endif -%}
            {%- if data_type in casts -%}
                {%- do reading.faults.append({
                    'column': name, 'reason': 'unreadable_' ~ data_type, 'is_blocking': true,
                    'condition': raw ~ ' is not null and ' ~ read ~ ' is null and '
                        ~ as_text | replace('$', name) ~ " <> ''"
                }) -%}
            {%- endif -%}
            {%- if data_type == 'double' -%}
                {%- do reading.faults.append({
                    'column': name, 'reason': 'out_of_range', 'is_blocking': false,
                    'condition': 'not (' ~ in_range ~ ')'
                }) -%}
            {%- endif -%}
            {%- if name in meta.get('past', []) -%}
                {%- set moment = timestamp_from_microseconds(typed) if data_type == 'bigint'
                    else typed -%}
                {%- do reading.faults.append({
                    'column': name, 'reason': 'impossible_date', 'is_blocking': true,
                    'condition': ns.past | replace('$', moment)
                }) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for name in raw_passthrough_columns(source_name, table_name) -%}
        {%- do reading.columns.update({name: 'raw_rows.' ~ name}) -%}
        {%- do reading.nulls.update({name: 'cast(null as ' ~ string ~ ')'}) -%}
        {%- do versions.append(
            binary_order(text_of('readable_rows.' ~ name)) ~ ' desc nulls last'
        ) -%}
    {%- endfor -%}

    {%- for name in meta['key'] if name not in absent -%}
        {%- set part = 'readable_rows.' ~ name -%}
        {%- if name in meta.get('salesforce_ids', []) -%}
            {%- do reading.key.append(salesforce_id_key(part)) -%}
            {%- do reading.raw_key.append(salesforce_id_key(reading.columns[name])) -%}
        {%- elif name in filled -%}
            {%- do reading.key.append(part) -%}
            {%- do reading.raw_key.append(reading.columns[name]) -%}
        {%- else -%}
            {%- set optional = 'coalesce(cast($ as ' ~ string ~ "), '')" -%}
            {%- do reading.key.append(optional | replace('$', part)) -%}
            {%- do reading.raw_key.append(optional | replace('$', reading.columns[name])) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set modified = [] -%}
    {%- for name in ('last_modified_date', 'last_modified_time', 'updated_at')
        if name in table.columns -%}
        {%- do modified.append('readable_rows.' ~ name ~ ' desc nulls last') -%}
    {%- endfor -%}
    {%- do reading.update({'version_order':
        (['_fivetran_synced desc nulls last'] + modified + versions)
        | join(',\n                ')
    }) -%}
    {{ return(reading) }}
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

{% macro raw_synced_at(source_name, table_name) -%}
    {%- if is_raw_column_absent(source_name, table_name, '_fivetran_synced') -%}
        cast(null as {{ dbt.type_timestamp() }})
    {%- else -%}
        {{ try_cast('raw_rows._fivetran_synced', dbt.type_timestamp()) }}
    {%- endif -%}
{%- endmacro %}

{#- Columns without which a row is no record: the required parts of its key, and those that
    `not_null` names where the table has no key. -#}
{% macro filled_raw_columns(table) -%}
    {%- set meta = table.config.meta -%}
    {%- set required = meta.get('required', meta['key']) -%}
    {%- set filled = meta.get('not_null', []) | list -%}
    {%- for name in meta['key'] if name in required -%}
        {%- do filled.append(name) -%}
    {%- endfor -%}
    {{ return(filled) }}
{%- endmacro %}

{% macro raw_table(source_name, table_name) -%}
    {{ return(graph.sources['source.' ~ project_name ~ '.' ~ source_name ~ '.' ~ table_name]) }}
{%- endmacro %}

{% macro is_nested_type(data_type) -%}
    {{ return(data_type.startswith('struct')) }}
{%- endmacro %}

{#- A source that is switched off delivers no row of any table. -#}
{% macro is_raw_table_absent(source_name, table_name) -%}
    {{ return(
        source_name not in var('enabled_sources')
        or var('absent').get(source_name, {}).get(table_name) == 'all'
    ) }}
{%- endmacro %}

{% macro is_raw_column_absent(source_name, table_name, column_name) -%}
    {{ return(column_name in (var('absent').get(source_name, {}).get(table_name) or [])) }}
{%- endmacro %}
