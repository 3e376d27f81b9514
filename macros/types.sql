{#- A type of the raw contract as the engine spells it. -#}
{% macro engine_type(data_type) -%}
    {{ return(adapter.dispatch('engine_type', 'abm_warehouse')(data_type)) }}
{%- endmacro %}

{% macro default__engine_type(data_type) -%}
    {{ return(data_type) }}
{%- endmacro %}

{% macro postgres__engine_type(data_type) -%}
    {{ return(postgres_type(data_type)) }}
{%- endmacro %}

{% macro snowflake__engine_type(data_type) -%}
    {{ return('variant' if is_nested_type(data_type) else data_type) }}
{%- endmacro %}

{% macro bigquery__engine_type(data_type) -%}
    {%- if data_type.startswith('decimal(') -%}
        {%- set precision, scale = data_type[8:-1].split(',') -%}
        {{ return(type_decimal(scale | int, precision | int)) }}
    {%- endif -%}
    {%- set spelled = data_type | replace('varchar', 'string') | replace('double', 'float64') -%}
    {%- if is_nested_type(data_type) -%}
        {%- set spelled = spelled | replace('(', '<') | replace(')', '>')
            | replace('bigint', 'int64') -%}
    {%- endif -%}
    {{ return('array<' ~ spelled[:-2] ~ '>' if spelled.endswith('[]') else spelled) }}
{%- endmacro %}

{#- Contracts spell types as DuckDB does; from here on the node has those of the engine. -#}
{% macro contract_in_engine_types(sql) -%}
    {%- for column in model['columns'].values() if column['data_type'] -%}
        {%- do column.update({'data_type': engine_type(column['data_type'])}) -%}
    {%- endfor -%}
    {{ return(assert_columns_equivalent(sql)) }}
{%- endmacro %}

{% macro type_decimal(scale, precision=18) -%}
    {{ return(adapter.dispatch('type_decimal', 'abm_warehouse')(scale, precision)) }}
{%- endmacro %}

{% macro default__type_decimal(scale, precision) -%}
    decimal({{ precision }}, {{ scale }})
{%- endmacro %}

{#- BigQuery's decimal has 9 places, and 29 digits before them. -#}
{% macro bigquery__type_decimal(scale, precision) -%}
    {{ 'bignumeric' if scale > 9 or precision - scale > 29 else 'numeric' -}}
    ({{ precision }}, {{ scale }})
{%- endmacro %}

{#- A double as a decimal: halves are rounded away from zero, on the double times ten to the scale,
    of which every digit is kept. PostgreSQL would keep 15 and round what is left, and make 1.01 of
    1.005; Spark would make a nearby decimal of a double. What is added to a double of 2^52 or more
    to round it would change it, and it is whole. -#}
{% macro double_as_decimal(expression, scale, precision=18) -%}
    {{ return(adapter.dispatch('double_as_decimal', 'abm_warehouse')(
        expression, scale, precision
    )) }}
{%- endmacro %}

{% macro default__double_as_decimal(expression, scale, precision) -%}
    cast({{ expression }} as {{ type_decimal(scale, precision) }})
{%- endmacro %}

{% macro postgres__double_as_decimal(expression, scale, precision) -%}
    {%- set unit = '0.' ~ '0' * (scale - 1) ~ '1' if scale else '1' -%}
    cast({{ engine_function_schema() }}.abm_rounded(
        cast(({{ expression }}) * {{ 10 ** scale }}.0 as double precision)
    ) * {{ unit }} as {{ type_decimal(scale, precision) }})
{%- endmacro %}

{#- A value of the raw contract as text, where the text counts: 1.0 and not 1 for a double. -#}
{% macro text_of(expression, data_type) -%}
    {{ return(adapter.dispatch('text_of', 'abm_warehouse')(expression, data_type)) }}
{%- endmacro %}

{% macro default__text_of(expression, data_type) -%}
    cast({{ expression }} as {{ dbt.type_string() }})
{%- endmacro %}

{% macro postgres__text_of(expression, data_type) -%}
    {{ engine_function_schema() }}.abm_text({{ expression }})
{%- endmacro %}

{% macro bigquery__text_of(expression, data_type) -%}
    {%- if is_nested_type(data_type) -%} to_json_string({{ expression }})
    {%- else -%} {{ default__text_of(expression, data_type) }}
    {%- endif -%}
{%- endmacro %}

{% macro type_double() -%}
    {{ return(adapter.dispatch('type_double', 'abm_warehouse')()) }}
{%- endmacro %}

{% macro default__type_double() -%} double {%- endmacro %}

{% macro postgres__type_double() -%} double precision {%- endmacro %}

{% macro bigquery__type_double() -%} float64 {%- endmacro %}

{#- Microseconds since 1970 as a UTC timestamp. -#}
{% macro timestamp_from_microseconds(expression) -%}
    {{ return(adapter.dispatch('timestamp_from_microseconds', 'abm_warehouse')(expression)) }}
{%- endmacro %}

{% macro default__timestamp_from_microseconds(expression) -%}
    make_timestamp({{ expression }})
{%- endmacro %}

{#- PostgreSQL starts in 4713 BC; anything that early is equally impossible. -#}
{% macro postgres__timestamp_from_microseconds(expression) -%}
    timestamp 'epoch' + interval '1 microsecond'
    * case
        when {{ expression }} < -200000000000000000 then -200000000000000000 else {{ expression }}
    end
{%- endmacro %}

{% macro snowflake__timestamp_from_microseconds(expression) -%}
    to_timestamp_ntz({{ expression }}, 6)
{%- endmacro %}

{% macro bigquery__timestamp_from_microseconds(expression) -%}
    timestamp_micros({{ expression }})
{%- endmacro %}

{% macro date_of(timestamp_expression) -%}
    cast({{ timestamp_expression }} as date)
{%- endmacro %}

{#- The day of a UTC moment in a time zone. -#}
{% macro local_date_of(timestamp_expression, time_zone) -%}
    {%- if time_zone == 'UTC' -%} {{ date_of(timestamp_expression) }}
    {%- else -%}
        {{ adapter.dispatch('local_date_of', 'abm_warehouse')(timestamp_expression, time_zone) }}
    {%- endif -%}
{%- endmacro %}

{% macro default__local_date_of(timestamp_expression, time_zone) -%}
    cast(
        cast({{ timestamp_expression }} as timestamp) at time zone 'UTC'
        at time zone '{{ time_zone }}' as date
    )
{%- endmacro %}

{% macro snowflake__local_date_of(timestamp_expression, time_zone) -%}
    cast(convert_timezone('UTC', '{{ time_zone }}', {{ timestamp_expression }}) as date)
{%- endmacro %}

{% macro bigquery__local_date_of(timestamp_expression, time_zone) -%}
    date({{ timestamp_expression }}, '{{ time_zone }}')
{%- endmacro %}

{#- Whole days added to a date, as a date. -#}
{% macro days_after(date_expression, days) -%}
    cast({{ dbt.dateadd('day', days, date_expression) }} as date)
{%- endmacro %}

{#- A timestamp some hours, minutes or seconds later, as a timestamp. -#}
{% macro moment_after(timestamp_expression, count, unit) -%}
    cast({{ dbt.dateadd(unit, count, timestamp_expression) }} as {{ dbt.type_timestamp() }})
{%- endmacro %}

{#- Noon of a date: when an interaction is known by its day only. -#}
{% macro noon_of(date_expression) -%}
    {{ moment_after('cast(' ~ date_expression ~ ' as ' ~ dbt.type_timestamp() ~ ')', 12, 'hour') }}
{%- endmacro %}

{#- A record or list of the raw contract: an extract's record may lack some of its fields. -#}
{% macro read_nested(expression, data_type) -%}
    {{ return(adapter.dispatch('read_nested', 'abm_warehouse')(expression, data_type)) }}
{%- endmacro %}

{% macro default__read_nested(expression, data_type) -%} {{ return(expression) }} {%- endmacro %}

{% macro duckdb__read_nested(expression, data_type) -%}
    {{ return('cast(' ~ expression ~ ' as ' ~ data_type ~ ')') }}
{%- endmacro %}

{#- One value of a GA4 parameter list, and one field of a record. -#}
{% macro parameter_value(list_column, key, value_field) -%}
    {{ return(adapter.dispatch('parameter_value', 'abm_warehouse')(
        list_column, key, value_field
    )) }}
{%- endmacro %}

{% macro default__parameter_value(list_column, key, value_field) -%}
    list_extract(
        list_filter({{ list_column }}, lambda parameter: parameter.key = '{{ key }}'), 1
    ).value.{{ value_field }}
{%- endmacro %}

{% macro postgres__parameter_value(list_column, key, value_field) -%}
    cast(
        jsonb_path_query_first({{ list_column }}, '$[*] ? (@.key == "{{ key }}")')
        -> 'value' ->> '{{ value_field }}' as {{ parameter_type(value_field) }}
    )
{%- endmacro %}

{% macro snowflake__parameter_value(list_column, key, value_field) -%}
    cast(get_path(
        get(filter({{ list_column }}, parameter -> parameter:key = '{{ key }}'), 0),
        'value.{{ value_field }}'
    ) as {{ parameter_type(value_field) }})
{%- endmacro %}

{% macro bigquery__parameter_value(list_column, key, value_field) -%}
    (
        select parameter.value.{{ value_field }}
        from unnest({{ list_column }}) as parameter with offset as place
        where parameter.key = '{{ key }}'
        order by place
        limit 1
    )
{%- endmacro %}

{% macro parameter_type(value_field) -%}
    {%- if value_field == 'string_value' -%} {{ return(dbt.type_string()) }}
    {%- elif value_field == 'int_value' -%} {{ return(dbt.type_bigint()) }}
    {%- else -%} {{ return(type_double()) }}
    {%- endif -%}
{%- endmacro %}

{#- A field inside a record inside one is named with a point between. -#}
{% macro record_field(column, field) -%}
    {{ return(adapter.dispatch('record_field', 'abm_warehouse')(column, field)) }}
{%- endmacro %}

{% macro default__record_field(column, field) -%}
    {{ column }}.{{ field }}
{%- endmacro %}

{% macro postgres__record_field(column, field) -%}
    ({{ column }} #>> '{{ '{' ~ field | replace('.', ',') ~ '}' }}')
{%- endmacro %}

{% macro snowflake__record_field(column, field) -%}
    cast({{ column }}:{{ field }} as {{ dbt.type_string() }})
{%- endmacro %}

{#- Order of text that no locale changes. -#}
{% macro binary_order(expression) -%}
    {{ return(adapter.dispatch('binary_order', 'abm_warehouse')(expression)) }}
{%- endmacro %}

{% macro default__binary_order(expression) -%} {{ expression }} {%- endmacro %}

{% macro postgres__binary_order(expression) -%} {{ expression }} collate "C" {%- endmacro %}

{#- The first and the last text of a group in that order. On PostgreSQL they leave it behind: lower
    and upper go by the order that a text has, and the binary one knows no letter but a to z. -#}
{% macro minimum_text(expression) -%}
    {{ return(adapter.dispatch('extreme_text', 'abm_warehouse')('min', expression)) }}
{%- endmacro %}

{% macro maximum_text(expression) -%}
    {{ return(adapter.dispatch('extreme_text', 'abm_warehouse')('max', expression)) }}
{%- endmacro %}

{% macro default__extreme_text(function, expression) -%}
    {{ function }}({{ expression }})
{%- endmacro %}

{% macro postgres__extreme_text(function, expression) -%}
    ({{ function }}(({{ expression }}) collate "C")) collate "default"
{%- endmacro %}

{#- Whole days from one date to another; negative where the second is earlier. -#}
{% macro days_between(from_date, to_date) -%}
    {{ dbt.datediff(from_date, to_date, 'day') }}
{%- endmacro %}

{#- The last second of a date. -#}
{% macro end_of_day(date_expression) -%}
    {{ moment_after(
        'cast(' ~ date_expression ~ ' as ' ~ dbt.type_timestamp() ~ ')', 86399, 'second'
    ) }}
{%- endmacro %}

{#- A calendar quarter such as 2026-Q4. -#}
{% macro quarter_label(date_expression) -%}
    cast(extract(year from {{ date_expression }}) as {{ dbt.type_string() }}) || '-Q'
    || cast(extract(quarter from {{ date_expression }}) as {{ dbt.type_string() }})
{%- endmacro %}

{#- A whole number of the smallest units of a decimal. -#}
{% macro smallest_units_as_decimal(units, scale) -%}
    cast(
        cast({{ units }} as {{ type_decimal(0) }})
        * cast(0.{{ '0' * (scale - 1) }}1 as {{ type_decimal(scale, scale) }})
        as {{ type_decimal(scale) }}
    )
{%- endmacro %}
