{#- The one place that knows the day the numbers speak of. No model reads a clock. A day that
    `abm build --as-of` names comes by the environment: dbt parses the project anew for other vars.
    No model's structure hangs on the day: while dbt parses, any will do, and none is recorded that
    would have the models parsed again. -#}
{% macro as_of_iso() -%}
    {%- set named = var('as_of_date') or (env_var('ABM_FOUND_AS_OF_DATE', '') if execute) -%}
    {%- if named -%}
        {{- return(named | string) -}}
    {%- elif not execute -%}
        {{- return(var('sample_as_of_date') | string) -}}
    {%- elif
        target.type == 'duckdb'
        and env_var('ABM_RAW_DIR', 'sample_data') == 'sample_data'
        and not env_var('ABM_RAW_ATTACH', '')
    -%}
        {{- return(var('sample_as_of_date') | string) -}}
    {%- else -%}
        {{- return(run_started_at.strftime('%Y-%m-%d')) -}}
    {%- endif -%}
{%- endmacro %}

{#- The as-of day moved by a whole number of days, as an ISO text for use inside literals. -#}
{% macro as_of_iso_plus(days) -%}
    {%- set day = modules.datetime.date.fromisoformat(as_of_iso()) -%}
    {{- return((day + modules.datetime.timedelta(days=days)).isoformat()) -}}
{%- endmacro %}

{% macro as_of_date(days=0) -%}
    cast('{{ as_of_iso_plus(days) }}' as date)
{%- endmacro %}

{#- True for a moment up to the end of the as-of day. -#}
{% macro is_by_as_of(timestamp_column) -%}
    {{ timestamp_column }} < cast('{{ as_of_iso_plus(1) }} 00:00:00' as {{ dbt.type_timestamp() }})
{%- endmacro %}

{#- True for a record that existed on the as-of day; one without a date is taken to have. -#}
{% macro existed_by_as_of(timestamp_column) -%}
    ({{ timestamp_column }} is null or {{ is_by_as_of(timestamp_column) }})
{%- endmacro %}

{#- Trailing window: as_of - days < column <= as_of, where as_of is the build's or a column. -#}
{% macro is_in_trailing_days(date_column, days, as_of_on=none) -%}
    {%- if as_of_on -%}
    {{ date_column }} > {{ days_after(as_of_on, -days) }} and {{ date_column }} <= {{ as_of_on }}
    {%- else -%}
    {{ date_column }} > {{ as_of_date(-days) }} and {{ date_column }} <= {{ as_of_date() }}
    {%- endif -%}
{%- endmacro %}

{#- First day of the as-of date's month, moved by whole months. -#}
{% macro as_of_month_start(months=0) -%}
    {%- set day = modules.datetime.date.fromisoformat(as_of_iso()) -%}
    {%- set month = day.year * 12 + day.month - 1 + months -%}
    cast('{{ '%04d-%02d-01' | format(month // 12, month % 12 + 1) }}' as date)
{%- endmacro %}
