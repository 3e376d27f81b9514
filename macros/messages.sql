{#- A number in a message, whole or with one place, with the comma where French has it. -#}
{% macro shown_number(expression, decimals, language) -%}
    {%- set type = dbt.type_string() -%}
    {%- set whole = 'cast(' ~ double_as_decimal(expression, 0) ~ ' as ' ~ type ~ ')' -%}
    {%- set one = 'cast(' ~ double_as_decimal(expression, 1) ~ ' as ' ~ type ~ ')' -%}
    {%- set one = "replace(" ~ one ~ ", '.', ',')" if language == 'fr' else one -%}
    case
        when {{ decimals }} <> 0 then {{ one }}
        when {{ expression }} < 0 then {{ whole }}
        else {{ shown_amount(expression, language) }}
    end
{%- endmacro %}

{#- The sign of the reporting currency as people of a language write it; without one its code. -#}
{% macro currency_sign(language) -%}
    {%- set signs = {
        'USD': {'en': '$', 'fr': '$US'}, 'EUR': {'en': '€', 'fr': '€'},
        'GBP': {'en': '£', 'fr': '£'},
    } -%}
    {%- set code = var('reporting_currency') -%}
    {%- set as_code = code ~ '\u00a0' if language == 'en' else code -%}
    '{{ signs.get(code, {}).get(language, as_code) }}'
{%- endmacro %}

{#- An amount as people of a language read it, in whole units and groups of three digits. -#}
{% macro shown_amount(expression, language) -%}
    {%- set whole = double_as_decimal(expression, 0) -%}
    {%- set digits = 'cast(' ~ whole ~ ' as ' ~ dbt.type_string() ~ ')' -%}
    {%- set comma = ',' if language == 'en' else '\u202f' -%}
    case
        {%- for n_groups in (4, 3, 2) %}
        {%- set n_digits = 3 * (n_groups - 1) %}
        when length({{ digits }}) > {{ n_digits }}
            then substr({{ digits }}, 1, length({{ digits }}) - {{ n_digits }})
            {%- for place in range(n_groups - 1) %}
            || '{{ comma }}'
            || substr({{ digits }}, length({{ digits }}) - {{ n_digits - 3 * place - 1 }}, 3)
            {%- endfor %}
        {%- endfor %}
        else {{ digits }}
    end
{%- endmacro %}

{#- A template with each {placeholder} replaced by what the expression gives, or by a dash. -#}
{% macro filled_template(template, values) -%}
    {%- set ns = namespace(sql=template) -%}
    {%- for placeholder, expression in values.items() -%}
        {%- set ns.sql = "replace(" ~ ns.sql ~ ", '{" ~ placeholder ~ "}', coalesce(" ~ expression
            ~ ", '-'))" -%}
    {%- endfor -%}
    {{ ns.sql }}
{%- endmacro %}

{#- The texts of the seed message_templates, a code per row in both languages. -#}
{% macro message_texts() -%}
    select
        code,
        {{ maximum_text("case when language = 'en' then message end") }} as text_en,
        {{ maximum_text("case when language = 'fr' then message end") }} as text_fr
    from {{ ref('message_templates') }}
    group by code
{%- endmacro %}

{#- A name, with a number behind it where others of the same owner have the same name. -#}
{% macro told_apart(name, owner, created_on, id) -%}
    {%- set namesakes = 'partition by ' ~ owner ~ ', ' ~ name -%}
    case
        when count(*) over ({{ namesakes }}) > 1
            then {{ name }} || ' (' || cast(
                row_number() over (
                    {{ namesakes }}
                    order by {{ created_on }} nulls last, {{ binary_order(id) }}
                ) as {{ dbt.type_string() }}
            ) || ')'
        else {{ name }}
    end
{%- endmacro %}
