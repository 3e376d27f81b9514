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
    {%- set table = raw_table(source_name, table_name) -%}
    {%- set passthrough = raw_passthrough_columns(source_name, table_name) -%}
    {%- set columns = table.columns.values() | map(attribute='name') | list + passthrough -%}
    {%- if is_raw_table_absent(source_name, table_name) -%}
        select
            {% for column in table.columns.values() -%}
                cast(null as {{ engine_type(column.data_type) }}) as {{ column.name }},
            {% endfor -%}
            {% for name in passthrough -%}
                cast(null as {{ dbt.type_string() }}) as {{ name }},
            {% endfor -%}
            cast(null as {{ dbt.type_timestamp() }}) as _fivetran_synced
        from (select 1 as one) as no_rows
        where one = 0
    {%- else -%}
        select
            {{ (columns + ['_fivetran_synced']) | join(',\n            ') }}
        from ({{ newest_raw_rows(source_name, table_name) }}) as newest_rows
        where
        {%- if outcome == 'merged' %} {{ table.config.meta['merged_into'] }} is not null
        {%- else %} not is_deleted_row
        {%- endif %}
    {%- endif -%}
{%- endmacro %}

{#- The newest version of each key among the readable rows. Rows whose key occurs once, nearly all,
    pass straight through; only the others are ranked, which costs a fraction of ranking every row.
    They are told apart by a hash of the raw key; keys that share one are ranked apart all the same.
    A CTE would be shorter, but two readers would have it written to memory with every column. -#}
{% macro newest_raw_rows(source_name, table_name) -%}
    {%- set key = raw_key_expressions(source_name, table_name) -%}
    {%- if not key %}
    select *
    from ({{ typed_raw_rows(source_name, table_name) }}) as readable_rows
    where not is_rejected_row
    {%- else %}
    {%- set key_hash = row_hash(raw_key_expressions(source_name, table_name, of_raw_rows=true)) -%}
    {%- set repeated_keys -%}
        (select {{ key_hash }} as key_hash
        from {{ source(source_name, table_name) }} as raw_rows
        group by {{ key_hash }} having count(*) > 1) as repeated_keys
    {%- endset %}
    {%- set single_rows -%}
        (select raw_rows.*
        from {{ source(source_name, table_name) }} as raw_rows
        left join {{ repeated_keys }} on {{ key_hash }} = repeated_keys.key_hash
        where repeated_keys.key_hash is null)
    {%- endset %}
    {%- set repeated_rows -%}
        (select raw_rows.*
        from {{ source(source_name, table_name) }} as raw_rows
        inner join {{ repeated_keys }} on {{ key_hash }} = repeated_keys.key_hash)
    {%- endset %}
    select
        readable_rows.*,
        1 as version_rank
    from ({{ typed_raw_rows(source_name, table_name, single_rows) }}) as readable_rows
    where not is_rejected_row

    union all

    select *
    from (
        select
            readable_rows.*,
            row_number() over (
                partition by {{ key | join(', ') }}
                order by
                case when is_rejected_row then 1 else 0 end,
                {{ raw_version_order(source_name, table_name) }}
            ) as version_rank
        from ({{ typed_raw_rows(source_name, table_name, repeated_rows) }}) as readable_rows
    ) as ranked_rows
    where version_rank = 1 and not is_rejected_row
    {%- endif -%}
{%- endmacro %}

{#- Every raw row, or those of a subquery, with its columns read as their types, and whether it is
    rejected or deleted. -#}
{% macro typed_raw_rows(source_name, table_name, rows=none) -%}
    {%- set table = raw_table(source_name, table_name) -%}
    {%- set meta = table.config.meta -%}
    {%- set faults = [] -%}
    {%- for fault in raw_row_faults(source_name, table_name) if fault.is_blocking -%}
        {%- do faults.append('coalesce(' ~ fault.condition ~ ', false)') -%}
    {%- endfor %}
    select
        {% for column in table.columns.values() -%}
            {{ typed_raw_column(source_name, table_name, column) }} as {{ column.name }},
        {% endfor -%}
        {% for name in raw_passthrough_columns(source_name, table_name) -%}
            raw_rows.{{ name }},
        {% endfor -%}
        {{ raw_synced_at(source_name, table_name) }} as _fivetran_synced,
        {{ faults | join(' or ') if faults else 'false' }} as is_rejected_row,
        {% if meta.get('deleted') -%}
            coalesce(
                {{ typed_raw_column(source_name, table_name, table.columns[meta['deleted']]) }},
                false
            )
        {%- else -%}
            false
        {%- endif %}
        {%- if meta.get('merged_into') %}
            or {{ typed_raw_column(source_name, table_name, table.columns[meta['merged_into']]) }}
            is not null
        {%- endif %} as is_deleted_row
    from {{ rows or source(source_name, table_name) }} as raw_rows
{%- endmacro %}

{#- What makes a row of this table unfit, or one of its values: a list of {column, reason,
    condition, is_blocking}. -#}
{% macro raw_row_faults(source_name, table_name) -%}
    {%- set table = raw_table(source_name, table_name) -%}
    {%- set meta = table.config.meta -%}
    {%- set must_be_filled = filled_raw_columns(source_name, table_name) -%}
    {%- set synced_at = raw_synced_at(source_name, table_name) -%}
    {%- set faults = [] -%}
    {%- for column in table.columns.values()
        if not is_raw_column_absent(source_name, table_name, column.name) -%}
        {%- set raw = 'raw_rows.' ~ column.name -%}
        {%- set as_text = 'trim(cast(' ~ raw ~ ' as ' ~ dbt.type_string() ~ '))' -%}
        {%- set typed = typed_raw_column(source_name, table_name, column) -%}
        {%- if column.name in must_be_filled -%}
            {%- do faults.append({
                'column': column.name, 'reason': 'missing_id', 'is_blocking': true,
                'condition': 'nullif(' ~ as_text ~ ", '') is null"
            }) -%}
        {%- endif -%}
        {%- if column.data_type != 'varchar' and not is_nested_type(column.data_type) -%}
            {%- set read = try_cast(raw, column.data_type) -%}
            {%- do faults.append({
                'column': column.name, 'reason': 'unreadable_' ~ column.data_type,
                'is_blocking': true,
                'condition': raw ~ " is not null and " ~ read ~ " is null"
                    ~ ' and ' ~ as_text ~ " <> ''"
            }) -%}
        {%- endif -%}
        {%- if column.data_type == 'double' -%}
            {%- do faults.append({
                'column': column.name, 'reason': 'out_of_range', 'is_blocking': false,
                'condition': 'not (' ~ is_in_range(try_cast(raw, 'double'), column) ~ ')'
            }) -%}
        {%- endif -%}
        {%- if column.name in meta.get('past', []) -%}
            {%- set moment = typed if column.data_type != 'bigint'
                else timestamp_from_microseconds(typed) -%}
            {%- set first_moment = "cast('1990-01-01 00:00:00' as " ~ dbt.type_timestamp() ~ ')' -%}
            {%- do faults.append({
                'column': column.name, 'reason': 'impossible_date', 'is_blocking': true,
                'condition': moment ~ ' < ' ~ first_moment
                    ~ ' or ' ~ moment ~ ' > ' ~ moment_after(synced_at, 1, 'day')
            }) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(faults) }}
{%- endmacro %}

{% macro typed_raw_column(source_name, table_name, column) -%}
    {%- if is_raw_column_absent(source_name, table_name, column.name) -%}
        cast(null as {{ engine_type(column.data_type) }})
    {%- elif column.data_type == 'varchar' -%}
        nullif(trim(cast(raw_rows.{{ column.name }} as {{ dbt.type_string() }})), '')
    {%- elif is_nested_type(column.data_type) -%}
        raw_rows.{{ column.name }}
    {%- elif column.data_type == 'double' -%}
        {%- set read = try_cast('raw_rows.' ~ column.name, 'double') -%}
        case when {{ is_in_range(read, column) }} then {{ read }} end
    {%- else -%}
        {{ try_cast('raw_rows.' ~ column.name, column.data_type) }}
    {%- endif -%}
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

{#- The key as expressions that are never null in a readable row: an optional part compares equal to
    itself, and one that the extract lacks is left out. Of readable_rows, or of raw_rows as they
    are. -#}
{% macro raw_key_expressions(source_name, table_name, of_raw_rows=false) -%}
    {%- set table = raw_table(source_name, table_name) -%}
    {%- set required = filled_raw_columns(source_name, table_name) -%}
    {%- set expressions = [] -%}
    {%- for name in table.config.meta['key']
        if not is_raw_column_absent(source_name, table_name, name) -%}
        {%- set part = typed_raw_column(source_name, table_name, table.columns[name])
            if of_raw_rows else 'readable_rows.' ~ name -%}
        {%- if name in table.config.meta.get('salesforce_ids', []) -%}
            {%- do expressions.append(salesforce_id_key(part)) -%}
        {%- elif name in required -%}
            {%- do expressions.append(part) -%}
        {%- else -%}
            {%- do expressions.append(
                'coalesce(cast(' ~ part ~ ' as ' ~ dbt.type_string() ~ "), '')"
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(expressions) }}
{%- endmacro %}

{#- Newest first: load time, then modification time, then every column as text, greatest first. -#}
{% macro raw_version_order(source_name, table_name) -%}
    {%- set table = raw_table(source_name, table_name) -%}
    {%- set terms = ['_fivetran_synced desc nulls last'] -%}
    {%- for name in ('last_modified_date', 'last_modified_time', 'updated_at')
        if name in table.columns -%}
        {%- do terms.append('readable_rows.' ~ name ~ ' desc nulls last') -%}
    {%- endfor -%}
    {%- for column in table.columns.values() -%}
        {%- do terms.append(
            binary_order(text_of('readable_rows.' ~ column.name, column.data_type))
            ~ ' desc nulls last'
        ) -%}
    {%- endfor -%}
    {%- for name in raw_passthrough_columns(source_name, table_name) -%}
        {%- do terms.append(
            binary_order(text_of('readable_rows.' ~ name)) ~ ' desc nulls last'
        ) -%}
    {%- endfor -%}
    {{ terms | join(',\n                ') }}
{%- endmacro %}

{#- Columns without which a row is no record: the required parts of its key, and those that
    `not_null` names where the table has no key. -#}
{% macro filled_raw_columns(source_name, table_name) -%}
    {%- set meta = raw_table(source_name, table_name).config.meta -%}
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
