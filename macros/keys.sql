{#- One text key of several parts. The separator is a control character that no part can hold, so
    ('a', 'bc') and ('ab', 'c') differ; a null part differs from an empty one. -#}
{% macro joined_key(parts) -%}
    {%- for part in parts -%}
        coalesce(cast({{ part }} as {{ dbt.type_string() }}), chr(30))
        {%- if not loop.last %} || chr(31) || {% endif -%}
    {%- endfor -%}
{%- endmacro %}

{#- One text that sorts as its parts do, one after the other, nulls first: no character that a text
    holds is below the separator. -#}
{% macro ordered_text(parts) -%}
    {{ return(adapter.dispatch('ordered_text', 'abm_warehouse')(parts)) }}
{%- endmacro %}

{% macro default__ordered_text(parts) -%}
    {%- for part in parts -%}
        coalesce({{ part }}, '')
        {%- if not loop.last %} || chr(1) || {% endif -%}
    {%- endfor -%}
{%- endmacro %}

{#- One function is bound sooner than one per part. -#}
{% macro duckdb__ordered_text(parts) -%} concat({{ parts | join(', chr(1), ') }}) {%- endmacro %}

{#- A text that sorts as a number does, one that counts up, as positions in a log do: null for
    another. -#}
{% macro ordered_number(number) -%}
    case
        when {{ number }} >= 0 and {{ number }} < 1e20
            then lpad(
                cast(cast({{ number }} as {{ type_decimal(6, 38) }}) as {{ dbt.type_string() }}),
                40, '0'
            )
    end
{%- endmacro %}

{#- A surrogate key: 32 hexadecimal digits that survive a rebuild. -#}
{% macro surrogate_key(parts) -%}
    {{ dbt.hash(joined_key(parts)) }}
{%- endmacro %}

{#- A number or text that is equal for equal parts, none of them null, and quick to compute; it may
    differ between engines and versions, so it never leaves a query. -#}
{% macro row_hash(parts) -%}
    {{ return(adapter.dispatch('row_hash', 'abm_warehouse')(parts)) }}
{%- endmacro %}

{% macro default__row_hash(parts) -%}
    {{ parts[0] if parts | length == 1 else surrogate_key(parts) }}
{%- endmacro %}

{% macro duckdb__row_hash(parts) -%}
    {{ parts[0] if parts | length == 1 else 'hash(' ~ parts | join(', ') ~ ')' }}
{%- endmacro %}

{% macro postgres__row_hash(parts) -%}
    {{ parts[0] if parts | length == 1 else 'hashtextextended(' ~ joined_key(parts) ~ ', 0)' }}
{%- endmacro %}

{#- A Salesforce id in its 18-character form. The 3 characters that the 15-character form lacks
    spell which of its letters are capitals: 5 letters a character, as a number in base 32. -#}
{% macro salesforce_id(column) -%}
    {{ adapter.dispatch('salesforce_id', 'abm_warehouse')(column) }}
{%- endmacro %}

{% macro default__salesforce_id(column) -%}
    case
        when length({{ column }}) = 15 then {{ column }}
        {%- for block in range(3) %}
            || substr('ABCDEFGHIJKLMNOPQRSTUVWXYZ012345', 1
            {%- for place in range(5) %}
                + case
                    when {{ dbt.position(
                        'substr(' ~ column ~ ', ' ~ (block * 5 + place + 1) ~ ', 1)',
                        "'ABCDEFGHIJKLMNOPQRSTUVWXYZ'"
                    ) }} > 0 then {{ 2 ** place }} else 0
                end
            {%- endfor %}
            , 1)
        {%- endfor %}
        else {{ column }}
    end
{%- endmacro %}

{#- What the two forms of a Salesforce id have in common, which is enough to tell records apart. -#}
{% macro salesforce_id_key(column) -%}
    case when length({{ column }}) = 18 then substr({{ column }}, 1, 15) else {{ column }} end
{%- endmacro %}

{% macro sha256_hex(expression) -%}
    {{ return(adapter.dispatch('sha256_hex', 'abm_warehouse')(expression)) }}
{%- endmacro %}

{% macro default__sha256_hex(expression) -%}
    sha256({{ expression }})
{%- endmacro %}

{% macro postgres__sha256_hex(expression) -%}
    encode(sha256(convert_to({{ expression }}, 'UTF8')), 'hex')
{%- endmacro %}

{% macro snowflake__sha256_hex(expression) -%}
    sha2({{ expression }}, 256)
{%- endmacro %}

{% macro bigquery__sha256_hex(expression) -%}
    to_hex(sha256({{ expression }}))
{%- endmacro %}

{#- An id as its own system writes it: without the name of the connection that it came by. -#}
{% macro id_in_system(column) -%}
    substr({{ column }}, 1 + {{ dbt.position("':'", column) }})
{%- endmacro %}

{#- Attendees may also be users, rooms, accounts, opportunities, cases and campaigns: the first 3
    characters of a Salesforce id say what it names, 003 a contact and 00Q a lead. -#}
{% macro is_salesforce_person(column) -%}
    {%- set id = id_in_system(column) %}
    (length({{ id }}) not in (15, 18) or substr({{ id }}, 1, 3) in ('003', '00Q'))
{%- endmacro %}

{#- Keys of a relation that are not filled, or occur more than once, under a name. -#}
{% macro broken_keys(relation, columns, name) -%}
    {%- set parts = [] -%}
    {%- for column in columns -%}
        {%- do parts.append(
            'coalesce(cast(' ~ column ~ ' as ' ~ dbt.type_string() ~ "), '(none)')"
        ) -%}
    {%- endfor -%}
select
    '{{ name }}' as broken_key,
    {{ parts | join(" || ' / ' || ") }} as key_value
from {{ relation }}
group by {{ columns | join(', ') }}
having
    count(*) > 1
    {%- for column in columns %}
    or {{ column }} is null
    {%- endfor %}
{%- endmacro %}

{#- The keys that a seed's YAML states: `key`, and what else is `also_unique`. A seed by which a
    project that installs this one replaces it may state none. -#}
{% macro seed_keys(seed_name) -%}
    {%- if not execute -%}{{ return([]) }}{%- endif -%}
    {%- set found = graph.nodes.values()
        | selectattr('resource_type', 'equalto', 'seed')
        | selectattr('name', 'equalto', seed_name) | first -%}
    {%- set meta = found.config.meta if found else {} -%}
    {{ return([meta.get('key'), meta.get('also_unique')] | select | list) }}
{%- endmacro %}
