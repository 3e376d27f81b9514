{#-
    The proof that a warehouse gives the published numbers: rows and order-free hashes of every
    table of marts, audit and reference, built from the sample into an empty database, to be
    compared with docs/published_hashes.csv. `dbt --quiet run-operation published_hashes` prints
    such a file.

    A value becomes a canonical text that any engine spells alike, then a md5; null has none, so
    that it is neither the empty text nor the text null. A row's md5 is that of the md5s of its
    values in the contract's order: they are all as long, so no value reaches into the next. The
    first 60 bits of each, added up, are the hash of the table (`*`) and of each column.
-#}
{% macro published_hashes() -%}
    {%- set tables = hashed_tables() -%}
    {%- set lacking = [] -%}
    {%- for name, table in tables | dictsort -%}
        {%- if not adapter.get_relation(
            table.relation.database, table.relation.schema, table.relation.identifier
        ) -%}
            {%- do lacking.append(name) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if lacking -%}
        {{ exceptions.raise_compiler_error(
            'There is no ' ~ lacking | join(', ') ~ ' on target ' ~ target.name ~ ': build the'
            ~ ' whole project there first.'
        ) }}
    {%- endif -%}
    {%- do print('table,column,n_rows,hash') -%}
    {%- for name in tables | sort(case_sensitive=true) -%}
        {%- set table = tables[name] -%}
        {%- set row = fetched(hashes_of(table.relation, table.columns))[0] -%}
        {%- set hashes = {'*': row[1]} -%}
        {%- for column in table.columns -%}
            {%- do hashes.update({column: row[loop.index + 1]}) -%}
        {%- endfor -%}
        {%- for column in hashes | sort(case_sensitive=true) -%}
            {%- do print([name, column, row[0], hashes[column]] | join(',')) -%}
        {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}

{#- What is a function of the raw data, the vars and the as-of day: relation and columns with the
    contract's types, by name. Tables marked `of_the_clock` tell of this database's own builds. -#}
{% macro hashed_tables() -%}
    {%- set tables = {} -%}
    {%- for node in warehouse_nodes(['model', 'seed'])
        if node.config.schema in ('marts', 'audit', 'reference')
        and not node.config.meta.get('of_the_clock') -%}
        {%- set columns = {} -%}
        {%- if node.resource_type == 'seed' -%}
            {%- do columns.update(node.config.column_types) -%}
        {%- else -%}
            {%- for column in node.columns.values() -%}
                {%- do columns.update({column.name: column.data_type}) -%}
            {%- endfor -%}
        {%- endif -%}
        {%- do tables.update({node.config.schema ~ '.' ~ node.name: {
            'relation': api.Relation.create(
                database=node.database, schema=node.schema, identifier=node.alias
            ),
            'columns': columns,
        }}) -%}
    {%- endfor -%}
    {{ return(tables) }}
{%- endmacro %}

{#- One row: the number of rows of a relation, the hash of its rows and that of each column, the
    hashes as text. -#}
{% macro hashes_of(relation, columns) -%}
    {%- set parts = [] -%}
    with fields as (
        select
        {%- for column, data_type in columns.items() %}
            {%- do parts.append("coalesce(field_" ~ loop.index ~ ", 'null')") %}
            {{ dbt.hash(canonical_text(column, data_type)) }} as field_{{ loop.index }}
            {{- ',' if not loop.last }}
        {%- endfor %}
        from {{ relation }}
    ),

    hashed_rows as (
        select
            fields.*,
            {{ dbt.hash(parts | join(' || ')) }} as whole_row
        from fields
    )

    select
        count(*) as n_rows,
        {{ sum_of_hashes('whole_row') }} as whole_rows
        {%- for column in columns %},
        {{ sum_of_hashes('field_' ~ loop.index) }} as field_{{ loop.index }}
        {%- endfor %}
    from hashed_rows
{%- endmacro %}

{#- The first 60 bits of 32 hexadecimal digits, added up without end, as text. -#}
{% macro sum_of_hashes(digits) -%}
    cast(
        coalesce(
            sum({{ adapter.dispatch('hash_number', 'abm_warehouse')(
                'substr(' ~ digits ~ ', 1, 15)'
            ) }}), 0
        ) as {{ dbt.type_string() }}
    )
{%- endmacro %}

{% macro default__hash_number(digits) -%}
    cast('0x' || {{ digits }} as bigint)
{%- endmacro %}

{% macro postgres__hash_number(digits) -%}
    cast(cast('x' || {{ digits }} as bit(60)) as bigint)
{%- endmacro %}

{% macro spark__hash_number(digits) -%}
    cast(conv({{ digits }}, 16, 10) as decimal(20, 0))
{%- endmacro %}

{% macro snowflake__hash_number(digits) -%}
    to_number(upper({{ digits }}), 'XXXXXXXXXXXXXXX')
{%- endmacro %}

{% macro bigquery__hash_number(digits) -%}
    cast(cast('0x' || {{ digits }} as int64) as bignumeric)
{%- endmacro %}

{#- A value of a type of the contract as a text that all engines spell alike. A decimal is the whole
    number of its smallest units, as engines differ in zeros and exponents. -#}
{% macro canonical_text(column, data_type) -%}
    {%- set type = data_type | replace(' ', '') -%}
    {%- set string = dbt.type_string() -%}
    {%- if type == 'varchar' -%} {{ return(column) }}
    {%- elif type in ('integer', 'bigint') -%}
        {{ return('cast(' ~ column ~ ' as ' ~ string ~ ')') }}
    {%- elif type == 'boolean' -%}
        {{ return(
            "case when " ~ column ~ " then 'true' when not " ~ column ~ " then 'false' end"
        ) }}
    {%- elif type == 'date' -%}
        {{ return(adapter.dispatch('canonical_date', 'abm_warehouse')(column)) }}
    {%- elif type == 'timestamp' -%}
        {{ return(adapter.dispatch('canonical_timestamp', 'abm_warehouse')(column)) }}
    {%- elif type.startswith('decimal(') -%}
        {%- set precision, scale = type[8:-1].split(',') -%}
        {{ return(canonical_decimal(column, precision | int, scale | int)) }}
    {%- elif type == 'double' -%} {{ return(canonical_double(column)) }}
    {%- endif -%}
    {{ exceptions.raise_compiler_error(
        'Column ' ~ column ~ ' is ' ~ data_type ~ ', of which canonical_text knows no text.'
    ) }}
{%- endmacro %}

{#- With 19 digits at least: DuckDB would multiply 18 in 64 bits. -#}
{% macro canonical_decimal(column, precision, scale) -%}
    cast(
        cast(
            cast({{ column }} as {{ type_decimal(scale, [precision, 19] | max) }})
            * cast({{ 10 ** scale }} as {{ type_decimal(0, scale + 1) }})
            as {{ type_decimal(0, 38) }}
        ) as {{ dbt.type_string() }}
    )
{%- endmacro %}

{#-
    A double counts to 7 digits, and to 8 places where it is small, as engines add up in another
    order and differ in the 15th. It is the whole number of steps of 10 ^ (magnitude - 6), and that
    power. Steps and magnitudes begin where no value lies: steps not at halves but at the golden
    ratio, which fractions approximate worst (p / q of a step is 0.38 / q^2 away or more),
    magnitudes at 10 to a half. A test holds the sample to a distance (decision 216). What is no
    finite number is the first letter of its name.
-#}
{% macro canonical_double(column) -%}
    {%- set string = dbt.type_string() -%}
    {%- set magnitude = 'floor(' ~ adapter.dispatch('decimal_logarithm', 'abm_warehouse')(
        'greatest(abs(' ~ column ~ '), 0.01)'
    ) ~ ' + 0.5)' -%}
    case
        when not ({{ column }} > -1e300 and {{ column }} < 1e300)
            then lower(substr(cast({{ column }} as {{ string }}), 1, 1))
        else
            cast(cast(floor(
                {{ column }} * power(10.0, 6 - {{ magnitude }}) + {{ step_offset() }}
            ) as {{ dbt.type_bigint() }}) as {{ string }})
            || 'e' || cast(cast({{ magnitude }} - 6 as {{ dbt.type_bigint() }}) as {{ string }})
    end
{%- endmacro %}

{#- Where a value of the sample comes too near to the beginning of a step, this is changed. -#}
{% macro step_offset() -%} 0.6180339887498949 {%- endmacro %}

{% macro default__decimal_logarithm(expression) -%} log10({{ expression }}) {%- endmacro %}

{% macro snowflake__decimal_logarithm(expression) -%} log(10, {{ expression }}) {%- endmacro %}

{% macro default__canonical_date(column) -%}
    cast({{ column }} as {{ dbt.type_string() }})
{%- endmacro %}

{% macro postgres__canonical_date(column) -%} to_char({{ column }}, 'YYYY-MM-DD') {%- endmacro %}

{% macro snowflake__canonical_date(column) -%} to_char({{ column }}, 'YYYY-MM-DD') {%- endmacro %}

{#- To the microsecond. -#}
{% macro default__canonical_timestamp(column) -%}
    strftime({{ column }}, '%Y-%m-%d %H:%M:%S.%f')
{%- endmacro %}

{% macro postgres__canonical_timestamp(column) -%}
    to_char({{ column }}, 'YYYY-MM-DD HH24:MI:SS.US')
{%- endmacro %}

{% macro spark__canonical_timestamp(column) -%}
    date_format({{ column }}, 'yyyy-MM-dd HH:mm:ss.SSSSSS')
{%- endmacro %}

{% macro snowflake__canonical_timestamp(column) -%}
    to_char({{ column }}, 'YYYY-MM-DD HH24:MI:SS.FF6')
{%- endmacro %}

{% macro bigquery__canonical_timestamp(column) -%}
    format_timestamp('%F %H:%M:%E6S', cast({{ column }} as timestamp))
{%- endmacro %}
