{#-
    How a raw value is read as the type that the contract gives it: null for what is no value of it.
    A loader lands a column as it likes, as text too, so one pattern per type says on every engine
    which texts are read, where engines differ in what they take: a rounded 12.7, 1_000, 0x1F or
    1e3 as a whole number, a text with an offset as the clock it shows.
-#}
{% macro try_cast(expression, data_type) -%}
    {{ return(adapter.dispatch('try_cast', 'abm_warehouse')(expression, data_type)) }}
{%- endmacro %}

{#- DuckDB and PostgreSQL have a function per type; see create_engine_functions. -#}
{% macro default__try_cast(expression, data_type) -%}
    {{ engine_function_schema() }}.abm_read_{{ data_type.split(' ')[0] }}({{ expression }})
{%- endmacro %}

{#- Snowflake's try_cast takes text only. -#}
{% macro snowflake__try_cast(expression, data_type) -%}
    {%- set as_text = 'trim(cast(' ~ expression ~ ' as ' ~ dbt.type_string() ~ '))' -%}
    {%- if data_type in ('bigint', 'integer') -%}
        case
            when regexp_like({{ as_text }}, '{{ reading_patterns().whole }}')
                then try_cast(split_part({{ as_text }}, '.', 1) as {{ data_type }})
        end
    {%- elif data_type == 'timestamp' -%}
        coalesce(
            try_to_timestamp_ntz({{ as_text }}),
            convert_timezone('UTC', try_to_timestamp_tz({{ as_text }}))
        )
    {%- else -%}
        try_cast({{ as_text }} as {{ data_type }})
    {%- endif -%}
{%- endmacro %}

{% macro bigquery__try_cast(expression, data_type) -%}
    {%- set as_text = 'trim(cast(' ~ expression ~ ' as string))' -%}
    {%- if data_type in ('bigint', 'integer') -%}
        case
            when regexp_contains({{ as_text }}, r'^{{ reading_patterns().whole }}$')
                then safe_cast(split({{ as_text }}, '.')[safe_offset(0)] as int64)
        end
    {%- else -%}
        safe_cast({{ expression }} as {{ engine_type(data_type) }})
    {%- endif -%}
{%- endmacro %}

{#- An id as text: one that arrives as a whole DOUBLE is that whole number. -#}
{% macro read_id(expression) -%}
    {{ return(adapter.dispatch('read_id', 'abm_warehouse')(expression)) }}
{%- endmacro %}

{% macro default__read_id(expression) -%}
    {{ engine_function_schema() }}.abm_read_id({{ expression }})
{%- endmacro %}

{% macro snowflake__read_id(expression) -%}
    regexp_replace(
        trim(cast({{ expression }} as {{ dbt.type_string() }})), '^([0-9]+)[.]0+$', '\\1'
    )
{%- endmacro %}

{% macro bigquery__read_id(expression) -%}
    regexp_replace(trim(cast({{ expression }} as string)), r'^([0-9]+)[.]0+$', r'\1')
{%- endmacro %}

{#- The number that a text holds, null without one or for an absurd one. -#}
{% macro number_in(expression) -%}
    {%- set read = try_cast(expression, 'double') -%}
    case when abs({{ read }}) < {{ greatest_number() }} then {{ read }} end
{%- endmacro %}

{#- The moment that a text holds, as a moment or in milliseconds since 1970, null without one. -#}
{% macro moment_in(expression) -%}
    {%- set milliseconds = '(' ~ number_in(expression) ~ ')' -%}
    coalesce(
        {{ timestamp_from_microseconds(
            'cast(1000 * ' ~ milliseconds ~ ' as ' ~ dbt.type_bigint() ~ ')'
        ) }},
        {{ try_cast(expression, 'timestamp') }}
    )
{%- endmacro %}

{#- What a whole text must look like, spaces around it aside. A moment without offset is in UTC. -#}
{% macro reading_patterns() -%}
    {{ return({
        'whole': '[+-]?[0-9]+([.]0*)?',
        'number': '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]{1,3})?',
        'day': '([0-9]{1,6})([-/ ])([0-9]{1,2})[-/ ]([0-9]{1,2})',
        'clock': '(?: +|T *)([01]?[0-9]|2[0-3]):([0-5]?[0-9])(:([0-5]?[0-9])([.][0-9]*)?)?',
        'utc': '[zZ]|UTC|GMT',
        'zone': ' *(?:[zZ]|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?)| [A-Za-z_]+/[A-Za-z_/+-]+',
        'endless': '-?[iI]nfinity|[eE]poch',
    }) }}
{%- endmacro %}

{% macro engine_function_schema() -%}
    {{ return(schema_beside_models('staging')) }}
{%- endmacro %}

{#- Before a run: the functions behind try_cast, read_id and text_of. -#}
{% macro create_engine_functions() -%}
    {{ return(adapter.dispatch('create_engine_functions', 'abm_warehouse')()) }}
{%- endmacro %}

{% macro default__create_engine_functions() -%}{%- endmacro %}

{#- A reader has a body for what is read already and one for texts, as a pattern costs an engine ten
    times what a column does to bind; any other type takes the last. What is not finite is less
    itself not 0; a comparison with NaN would not do: DuckDB decides it from the least and greatest
    value in a Parquet file, which leave NaN out. -#}
{% macro duckdb__create_engine_functions() -%}
    {%- set schema = engine_function_schema() -%}
    create schema if not exists {{ schema }};
    {%- for name, bodies in duckdb_readers().items() %}

    create or replace macro {{ schema }}.abm_read_{{ name }}
        {%- for given, body in bodies.items() %}
        (value {{ given if given != 'other' }}) as {{ body }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %};
    {%- endfor %}
    {{ attach_raw_catalog() }}
{%- endmacro %}

{#- The catalog of raw tables that ABM_RAW_ATTACH names, a DuckDB file or the address of what one of
    DuckDB's extensions attaches; ABM_RAW_ATTACH_LOAD is that extension, which `abm` finds. -#}
{% macro attach_raw_catalog() -%}
    {%- set attached = env_var('ABM_RAW_ATTACH', '') -%}
    {%- set options = env_var('ABM_RAW_ATTACH_OPTIONS', '') -%}
    {%- if attached -%}
        {%- if env_var('ABM_RAW_ATTACH_LOAD', '') %} load {{ env_var('ABM_RAW_ATTACH_LOAD') }};
        {%- endif %}
    attach if not exists '{{ attached | replace("'", "''") }}' as abm_raw (
        read_only {{- ', ' ~ options if options }}
    );
    {%- endif -%}
{%- endmacro %}

{#- Reader to type to the body that reads it. -#}
{% macro duckdb_readers() -%}
    {%- set patterns = reading_patterns() -%}
    {%- set space = "e' \\t\\n\\r'" -%}
    {%- set text = 'trim(value, ' ~ space ~ ')' -%}
    {%- set other_as_text = 'trim(cast(value as varchar), ' ~ space ~ ')' -%}
    {%- set is_whole = "(typeof(value) like '%INT' or typeof(value) like '%INTEGER')" -%}
    {%- set is_number -%}
        (typeof(value) in ('DOUBLE', 'FLOAT') or starts_with(typeof(value), 'DECIMAL'))
    {%- endset -%}
    {%- set readers = {} -%}

    {%- for name in ('bigint', 'integer') -%}
        {%- set of_text -%}
            case
                when regexp_full_match(TEXT, '{{ patterns.whole }}')
                    then try_cast(split_part(TEXT, '.', 1) as {{ name }})
            end
        {%- endset -%}
        {%- set of_other -%}
            case
                when {{ is_whole }} then try_cast(value as {{ name }})
                when {{ is_number }}
                    then case
                        when trunc(try_cast(value as double)) = try_cast(value as double)
                            then try_cast(value as {{ name }})
                    end
                else {{ of_text | replace('TEXT', other_as_text) }}
            end
        {%- endset -%}
        {%- do readers.update({name: {
            'bigint': 'try_cast(value as ' ~ name ~ ')',
            'varchar': of_text | replace('TEXT', text),
            'other': of_other,
        }}) -%}
    {%- endfor -%}

    {%- set of_double = 'case when value - value = 0 then value end' -%}
    {%- set of_text -%}
        case
            when
                regexp_full_match(TEXT, '{{ patterns.number }}')
                and try_cast(value as double) - try_cast(value as double) = 0
                then try_cast(value as double)
        end
    {%- endset -%}
    {%- do readers.update({'double': {
        'double': of_double,
        'varchar': of_text | replace('TEXT', text),
        'other': of_text | replace('TEXT', other_as_text),
    }}) -%}

    {%- set of_text -%}
        case
            when lower(TEXT) in ('true', 't', 'yes', 'y', '1', '1.0') then true
            when lower(TEXT) in ('false', 'f', 'no', 'n', '0', '0.0') then false
        end
    {%- endset -%}
    {%- do readers.update({'boolean': {
        'boolean': 'value',
        'varchar': of_text | replace('TEXT', text),
        'other': of_text | replace('TEXT', other_as_text),
    }}) -%}

    {%- set clear = patterns.day ~ '(' ~ patterns.clock ~ ')?|' ~ patterns.endless -%}
    {%- set zoned = patterns.day ~ patterns.clock ~ '(' ~ patterns.zone ~ ')' -%}
    {%- for name in ('timestamp', 'date') -%}
        {%- set of_text -%}
            case
                when regexp_full_match(TEXT, '{{ clear }}') then try_cast(TEXT as {{ name }})
                when regexp_full_match(TEXT, '{{ zoned }}')
                    then cast(
                        try_cast(
                            regexp_replace(
                                regexp_replace(TEXT, ' *({{ patterns.utc }})$', 'Z'),
                                ' +([+-])', '\1'
                            ) as timestamptz
                        ) at time zone 'UTC' as {{ name }}
                    )
            end
        {%- endset -%}
        {%- set of_zoned -%}
            cast(try_cast(value as timestamptz) at time zone 'UTC' as {{ name }})
        {%- endset -%}
        {%- set bodies = {} -%}
        {%- for given in ('date', 'timestamp', 'timestamp_s', 'timestamp_ms', 'timestamp_ns') -%}
            {%- do bodies.update({given: 'try_cast(value as ' ~ name ~ ')'}) -%}
        {%- endfor -%}
        {%- do bodies.update({
            'timestamptz': of_zoned,
            'timestamptz_ns': of_zoned,
            'varchar': of_text | replace('TEXT', text),
            'other': of_text | replace('TEXT', other_as_text),
        }) -%}
        {%- do readers.update({name: bodies}) -%}
    {%- endfor -%}

    {%- set of_text -%}
        case
            when
                regexp_full_match(TEXT, '[0-9]([.][0-9]+)?e[+][0-9]{2}')
                and trunc(try_cast(TEXT as double)) = try_cast(TEXT as double)
                and try_cast(TEXT as double) < 1e18
                then cast(try_cast(try_cast(TEXT as double) as bigint) as varchar)
            else regexp_replace(TEXT, '^([0-9]+)[.]0+$', '\1')
        end
    {%- endset -%}
    {%- set of_other -%}
        case
            when {{ is_whole }} then cast(value as varchar)
            else {{ of_text | replace('TEXT', other_as_text) }}
        end
    {%- endset -%}
    {%- do readers.update({'id': {
        'bigint': 'cast(value as varchar)',
        'varchar': of_text | replace('TEXT', text),
        'other': of_other,
    }}) -%}
    {{ return(readers) }}
{%- endmacro %}

{#- PostgreSQL 15 has no try_cast: functions that catch what a cast raises. What is read already is
    passed through, and inlined away. -#}
{% macro postgres__create_engine_functions() -%}
    {%- set schema = engine_function_schema() %}
    create schema if not exists {{ schema }};

    {%- set wholes = ['smallint', 'integer', 'bigint'] -%}
    {%- set fractions = ['numeric', 'real', 'double precision'] -%}
    {%- set passed = {
        'bigint': wholes, 'integer': ['smallint', 'integer'], 'double': wholes + fractions,
        'boolean': ['boolean'], 'date': ['date', 'timestamp'], 'timestamp': ['date', 'timestamp'],
    } -%}
    {%- set greatest = {'bigint': '9.2e18', 'integer': '2147483647'} -%}
    {%- set others = wholes + fractions + ['boolean', 'date', 'timestamp',
        'timestamp with time zone', 'jsonb'] -%}
    {%- for target_type, body in postgres_readers().items() %}
    {%- set returned = postgres_type(target_type) %}
    -- What catches an error begins a subtransaction, which no parallel query may.
    create or replace function {{ schema }}.abm_read_{{ target_type }}(given text)
    returns {{ returned }} language plpgsql immutable strict parallel unsafe as $body$
    {{ body }}
    $body$;
    {%- for given in others %}
    create or replace function {{ schema }}.abm_read_{{ target_type }}(value {{ given }})
    returns {{ returned }} language sql immutable parallel {{
        'safe' if given in passed[target_type] + fractions else 'unsafe'
    }} as $body$
        select
        {%- if target_type == 'double' and given in fractions %}
            nullif(nullif(nullif(
                cast(value as double precision), 'NaN'), 'Infinity'), '-Infinity')
        {%- elif target_type in greatest and given in fractions %}
            case
                when value = trunc(value) and abs(value) <= {{ greatest[target_type] }}
                    then cast(value as {{ returned }})
            end
        {%- elif given in passed[target_type] %} cast(value as {{ returned }})
        {%- elif given == 'timestamp with time zone' and target_type in ('date', 'timestamp') %}
            cast(value at time zone 'UTC' as {{ returned }})
        {%- else %} {{ schema }}.abm_read_{{ target_type }}(cast(value as text))
        {%- endif %}
    $body$;
    {%- endfor %}
    {%- endfor %}

    create or replace function {{ schema }}.abm_rounded(value double precision)
    returns numeric language sql immutable parallel safe as $body$
        select
            case
                when abs(value) < 4503599627370496
                    then cast(cast(trunc(value + 0.5 * sign(value)) as bigint) as numeric)
                when abs(value) < 9e18 then cast(cast(value as bigint) as numeric)
                else
                    cast(cast(floor(value / 4294967296) as bigint) as numeric) * 4294967296
                    + cast(value - floor(value / 4294967296) * 4294967296 as numeric)
            end
    $body$;

    {%- for given in ['text'] + others %}
    create or replace function {{ schema }}.abm_text(value {{ given }})
    returns text language sql immutable parallel safe as $body$
        select
        {%- if given in ('real', 'double precision') %}
            case
                when abs(value) < 1e16 and value = trunc(value)
                    then cast(cast(value as bigint) as text) || '.0'
                when abs(value) = 'infinity' then lower(left(cast(value as text), -5))
                else lower(cast(value as text))
            end
        {%- elif given == 'timestamp with time zone' %} cast(value at time zone 'UTC' as text)
        {%- else %} cast(value as text)
        {%- endif %}
    $body$;

    create or replace function {{ schema }}.abm_read_id(value {{ given }})
    returns text language sql immutable parallel safe as $body$
        select
        {%- if given in fractions %}
            case
                when value = trunc(value) and abs(value) < 1e18
                    then cast(cast(value as bigint) as text)
                else cast(value as text)
            end
        {%- elif given == 'text' %}
            case
                when {{ postgres_trimmed('value') }} ~ '^[0-9]+[.]0+$'
                    then split_part({{ postgres_trimmed('value') }}, '.', 1)
                when {{ postgres_trimmed('value') }} ~ '^[0-9]([.][0-9]+)?e[+][0-9]{2}$'
                    then case
                        when
                            cast({{ postgres_trimmed('value') }} as double precision) < 1e18
                            and trunc(cast({{ postgres_trimmed('value') }} as double precision))
                            = cast({{ postgres_trimmed('value') }} as double precision)
                            then cast(cast(
                                cast({{ postgres_trimmed('value') }} as double precision)
                            as bigint) as text)
                        else {{ postgres_trimmed('value') }}
                    end
                else {{ postgres_trimmed('value') }}
            end
        {%- else %} cast(value as text)
        {%- endif %}
    $body$;
    {%- endfor %}
{%- endmacro %}

{% macro postgres_trimmed(expression) -%}
    btrim({{ expression }}, ' ' || chr(9) || chr(10) || chr(13))
{%- endmacro %}

{#- The bodies that read a text by the patterns: null for what is not one of its spellings, such as
    'today' or 'Jan 5', which PostgreSQL would take. -#}
{% macro postgres_readers() -%}
    {%- set patterns = reading_patterns() -%}
    {%- set whole -%}
    declare
        value text := {{ postgres_trimmed('given') }};
    begin
        if value !~ '^{{ patterns.whole }}$' then
            return null;
        end if;
        return cast(split_part(value, '.', 1) as RETURNED);
    exception when others then
        return null;
    end;
    {%- endset -%}
    {%- set double -%}
    declare
        value text := {{ postgres_trimmed('given') }};
    begin
        if value !~ '^{{ patterns.number }}$' then
            return null;
        end if;
        return cast(value as double precision);
    exception when others then
        return null;
    end;
    {%- endset -%}
    {%- set boolean -%}
    declare
        value text := lower({{ postgres_trimmed('given') }});
    begin
        return case
            when value in ('true', 't', 'yes', 'y', '1', '1.0') then true
            when value in ('false', 'f', 'no', 'n', '0', '0.0') then false
        end;
    end;
    {%- endset -%}
    {%- set moment -%}
    declare
        value text := {{ postgres_trimmed('given') }};
        part text[] := regexp_match(
            value, '^{{ patterns.day }}({{ patterns.clock }}({{ patterns.zone }})?)?$'
        );
        zone text := trim(part[11]);
        moment timestamp;
    begin
        if value ~ '^({{ patterns.endless }})$' then
            return cast(value as timestamp);
        end if;
        if part is null or value !~ '^[0-9]+([-/ ])[0-9]+\1' then
            return null;
        end if;
        moment := make_timestamp(
            cast(part[1] as integer), cast(part[3] as integer), cast(part[4] as integer),
            cast(coalesce(part[6], '0') as integer), cast(coalesce(part[7], '0') as integer),
            cast(coalesce(part[9], '0') || '.' || coalesce(nullif(substr(part[10], 2, 6), ''), '0')
                as double precision)
        );
        if zone ~ '^[+-]' then
            return moment - cast(
                left(zone, 3) || ':'
                    || coalesce(nullif(right(replace(zone, ':', ''), -3), ''), '00')
                as interval
            );
        end if;
        if zone like '%/%' then
            return (moment at time zone zone) at time zone 'UTC';
        end if;
        return moment;
    exception when others then
        return null;
    end;
    {%- endset -%}
    {{ return({
        'bigint': whole | replace('RETURNED', 'bigint'),
        'integer': whole | replace('RETURNED', 'integer'), 'double': double, 'boolean': boolean,
        'timestamp': moment, 'date': moment,
    }) }}
{%- endmacro %}
