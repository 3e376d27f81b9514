{#- Before a run on PostgreSQL: the functions behind try_cast, which PostgreSQL 15 does not have,
    and text_of. Nothing on other engines. -#}
{% macro create_engine_functions() -%}
    {{ return(adapter.dispatch('create_engine_functions', 'abm_warehouse')()) }}
{%- endmacro %}

{% macro default__create_engine_functions() -%}{%- endmacro %}

{% macro postgres__create_engine_functions() -%}
    {%- set schema = postgres_function_schema() %}
    create schema if not exists {{ schema }};

    {#- What is read already is passed through, and PostgreSQL inlines it away. -#}
    {%- set passed = {
        'bigint': ['smallint', 'integer', 'bigint'],
        'integer': ['smallint', 'integer'],
        'double': ['smallint', 'integer', 'bigint', 'numeric', 'real', 'double precision'],
        'boolean': ['boolean'],
        'date': ['date', 'timestamp'],
        'timestamp': ['date', 'timestamp'],
    } -%}
    {%- set others = ['smallint', 'integer', 'bigint', 'numeric', 'real', 'double precision',
        'boolean', 'date', 'timestamp', 'timestamp with time zone', 'jsonb'] -%}
    {%- for target_type, bodies in postgres_readers().items() %}
    {%- set returned = postgres_type(target_type) %}
    create or replace function {{ schema }}.abm_read_{{ target_type }}(value text)
    returns {{ returned }} language plpgsql immutable strict parallel safe as $body$
    {{ bodies }}
    $body$;
    {%- for given in others %}
    create or replace function {{ schema }}.abm_read_{{ target_type }}(value {{ given }})
    returns {{ returned }} language sql immutable parallel safe as $body$
        select
        {%- if target_type == 'double' and given in ('real', 'double precision', 'numeric') %}
            nullif(nullif(nullif(
                cast(value as double precision), 'NaN'), 'Infinity'), '-Infinity')
        {%- elif given in passed[target_type] %} cast(value as {{ returned }})
        {%- elif given == 'timestamp with time zone' and target_type in ('date', 'timestamp') %}
            cast(value at time zone 'UTC' as {{ returned }})
        {%- else %} {{ schema }}.abm_read_{{ target_type }}(cast(value as text))
        {%- endif %}
    $body$;
    {%- endfor %}
    {%- endfor %}

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
    {%- endfor %}
{%- endmacro %}

{% macro postgres_function_schema() -%}
    {{ return(generate_schema_name('staging', none)) }}
{%- endmacro %}

{#- The bodies that read a text the way DuckDB does: null for what is not one of its spellings, such
    as 'today' or 'Jan 5', which PostgreSQL would take. -#}
{% macro postgres_readers() -%}
    {%- set number = "^[[:space:]]*[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)"
        ~ "(e[+-]?[0-9]{1,3})?[[:space:]]*$" -%}
    {%- set day = "^[[:space:]]*([0-9]{1,6})([-/ ])([0-9]{1,2})\\2([0-9]{1,2})" -%}
    {%- set clock = "([ T]+([0-9]{1,2}):([0-9]{1,2})(:([0-9]{1,2})([.][0-9]*)?)?"
        ~ "[[:space:]]*([+-][0-9]{1,2}(:?[0-9]{2})?|[A-Z][A-Za-z_/+-]*)?)?[[:space:]]*$" -%}
    {%- set whole -%}
    begin
        if value !~* '{{ number }}' then
            return null;
        end if;
        return cast(cast(value as numeric) as RETURNED);
    exception when others then
        return null;
    end;
    {%- endset -%}
    {%- set double -%}
    begin
        if value !~* '{{ number }}' then
            return null;
        end if;
        return cast(value as double precision);
    exception when others then
        return null;
    end;
    {%- endset -%}
    {%- set boolean -%}
    begin
        return case
            when lower(value) in ('true', 't', 'yes', 'y', '1') then true
            when lower(value) in ('false', 'f', 'no', 'n', '0') then false
        end;
    end;
    {%- endset -%}
    {%- set moment -%}
    declare
        part text[] := regexp_match(value, '{{ day }}{{ clock }}');
    begin
        if lower(trim(value)) in ('infinity', '-infinity', 'epoch') then
            return cast(value as timestamp);
        end if;
        if part is null or cast(part[9] as integer) > 59 then
            return null;
        end if;
        return make_timestamp(
            cast(part[1] as integer), cast(part[3] as integer), cast(part[4] as integer),
            cast(coalesce(part[6], '0') as integer), cast(coalesce(part[7], '0') as integer),
            cast(coalesce(part[9], '0') || '.' || coalesce(substr(part[10], 2, 6), '0')
                as double precision)
        );
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

{% macro postgres_type(data_type) -%}
    {%- if data_type.startswith('struct') -%} {{ return('jsonb') }}
    {%- elif data_type == 'double' -%} {{ return('double precision') }}
    {%- else -%} {{ return(data_type) }}
    {%- endif -%}
{%- endmacro %}

{#- Contracts and seeds spell types as DuckDB does. -#}
{% macro postgres__get_assert_columns_equivalent(sql) -%}
    {%- for column in model['columns'].values() if column['data_type'] -%}
        {%- do column.update({'data_type': postgres_type(column['data_type'])}) -%}
    {%- endfor -%}
    {{ return(assert_columns_equivalent(sql)) }}
{%- endmacro %}

{% macro postgres__create_csv_table(model, agate_table) -%}
    {%- set types = model['config'].get('column_types', {}) -%}
    {%- for column in types -%}
        {%- do types.update({column: postgres_type(types[column])}) -%}
    {%- endfor -%}
    {{ return(default__create_csv_table(model, agate_table)) }}
{%- endmacro %}

{#- A hook before the model that finds the account of every interaction: PostgreSQL expects one row
    of int_interactions, because it cannot estimate how many rules match, and would read each
    joined table again for every row (154 s of the sample, statistics or not). -#}
{% macro without_nested_loops() -%}
    {{ return(adapter.dispatch('without_nested_loops', 'abm_warehouse')()) }}
{%- endmacro %}

{% macro default__without_nested_loops() -%}{%- endmacro %}

{% macro postgres__without_nested_loops() -%} set local enable_nestloop = off {%- endmacro %}
