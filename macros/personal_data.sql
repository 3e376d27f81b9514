{#-
    What is published names no person, unless var `include_personal_data`. An id, a code or a value
    that may hold a name or an address is replaced by what tells it apart or helps to find it.
-#}

{#- The secret of hashes of addresses, null where none is set. It is never part of the SQL. -#}
{% macro email_salt() -%}
    {{ return(adapter.dispatch('email_salt', 'abm_warehouse')()) }}
{%- endmacro %}

{% macro default__email_salt() -%} cast(null as {{ dbt.type_string() }}) {%- endmacro %}

{#- Set by abm/dbt_plugin.py in every connection. -#}
{% macro duckdb__email_salt() -%}
    cast(getvariable('abm_email_salt') as varchar)
{%- endmacro %}

{#- Set by abm/build.py, or by PGOPTIONS. -#}
{% macro postgres__email_salt() -%}
    nullif(current_setting('abm.email_salt', true), '')
{%- endmacro %}

{#- A text's form: digits are 9, capitals A, other letters and all that is not ASCII a. -#}
{% macro text_shape(expression) -%}
    translate(
        {{ regexp_strip('substr(' ~ expression ~ ', 1, 60)', ['[^ -~]'], 'a') }},
        '012345678BCDEFGHIJKLMNOPQRSTUVWXYZbcdefghijklmnopqrstuvwxyz',
        '999999999AAAAAAAAAAAAAAAAAAAAAAAAAaaaaaaaaaaaaaaaaaaaaaaaaa'
    )
{%- endmacro %}

{#- Whether a text, such as an id, may be an address or a name. -#}
{% macro may_name_a_person(expression) -%}
    (
        {{ expression }} like '%@%'
        or {{ expression }} like '% %'
        or {{ dbt.position("'%40'", expression) }} > 0
    )
{%- endmacro %}

{#- An id that is an address or a name, hashed with the salt wherever it is read, so that what leads
    to it still does; any other id as it is. -#}
{% macro impersonal_id(expression) -%}
    case
        when {{ may_name_a_person(expression) }} then {{ salted_hash(expression) }}
        else {{ expression }}
    end
{%- endmacro %}

{#- 32 hexadecimal digits that whoever knows the salt and the text can compute. -#}
{% macro salted_hash(expression) -%}
    substr({{ sha256_hex('coalesce(' ~ email_salt() ~ ", '') || " ~ expression) }}, 1, 32)
{%- endmacro %}

{#- A text that is no id, in the key of a record: as it is where it is written as codes are; else
    its hash, or without a salt its form. -#}
{% macro impersonal_text(expression, names_people=false) -%}
    {%- if var('include_personal_data') -%} {{ return(expression) }} {%- endif -%}
    case
        {%- if not names_people %}
        when
            not {{ may_name_a_person(expression) }}
            and {{ expression }} in (lower({{ expression }}), upper({{ expression }}))
            then {{ expression }}
        {%- endif %}
        when {{ email_salt() }} is not null then {{ salted_hash(expression) }}
        else {{ text_shape(expression) }}
    end
{%- endmacro %}

{#- A text that a seed maps, as it is written, or as `spelled`: where the seed knows it or it is one
    word, else its form. -#}
{% macro impersonal_value(expression, is_known='false', spelled=none) -%}
    {%- if var('include_personal_data') -%} {{ return(spelled or expression) }} {%- endif -%}
    case
        when {{ may_name_a_person(expression) }} and not ({{ is_known }})
            then {{ text_shape(expression) }}
        else {{ spelled or expression }}
    end
{%- endmacro %}

{#- The same for a code, which staging leaves with its spaces: underscored, as seeds spell it. -#}
{% macro impersonal_code(expression, is_known='false') -%}
    {{ impersonal_value(expression, is_known, 'replace(' ~ expression ~ ", ' ', '_')") }}
{%- endmacro %}

{#- A currency in capitals; what is longer than any symbol or code of one, its form. -#}
{% macro currency_code(expression) -%}
    {%- if var('include_personal_data') -%} {{ return('upper(' ~ expression ~ ')') }} {%- endif -%}
    case
        when length({{ expression }}) > 3 then {{ text_shape('upper(' ~ expression ~ ')') }}
        else upper({{ expression }})
    end
{%- endmacro %}
