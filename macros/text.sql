{#- Lower case, with punctuation and runs of spaces turned into single spaces. -#}
{% macro normalised_text(expression) -%}
    trim({{ regexp_strip('lower(' ~ expression ~ ')', ['[[:space:],;:/()&.|+_-]+'], ' ') }})
{%- endmacro %}

{#- The same between two spaces, so that a pattern such as '% demo %' finds whole words. -#}
{% macro padded_words(expression) -%}
    ' ' || {{ normalised_text(expression) }} || ' '
{%- endmacro %}

{#- The host of a web address or domain: lower case, without scheme, user, www., port and path; null
    for words that are none. -#}
{% macro web_host(expression) -%}
    nullif({{ regexp_strip(
        'lower(trim(' ~ expression ~ '))',
        ['^[a-z]+://', '^//', '[/?#].*$', '^.*@', ':.*$', '^.* .*$', '^www[.]', '[.]$']
    ) }}, '')
{%- endmacro %}

{#- The path of a web address: lower case, without host, query, fragment and trailing slash. The
    front page is ''. -#}
{% macro web_path(expression) -%}
    {{ regexp_strip(
        'lower(trim(' ~ expression ~ '))', ['^[a-z]+://[^/?#]*', '[?#].*$', '/+$']
    ) }}
{%- endmacro %}

{#- One parameter of a web address, such as utm_source; null where the address lacks it. -#}
{% macro query_parameter(expression, name) -%}
    {%- set after_name = dbt.split_part(
        "replace(" ~ expression ~ ", '?', '&')", "'&" ~ name ~ "='", 2
    ) -%}
    {%- set value = dbt.split_part(dbt.split_part(after_name, "'&'", 1), "'#'", 1) -%}
    nullif(replace(replace(replace(replace(
        {{ value }}, '%20', ' '), '+', ' '), '%28', '('), '%29', ')'
    ), '')
{%- endmacro %}

{#- A source, medium or campaign as a tool states it; null for the words with which it says that
    there is none. -#}
{% macro stated_utm(expression) -%}
    case
        when
            replace(lower(trim({{ expression }})), ' ', '')
            not in ('', '(direct)', '(none)', '(notset)', '(notprovided)')
            then trim({{ expression }})
    end
{%- endmacro %}

{#- What a web address says of the click that led to it: the columns utm_campaign, utm_source,
    utm_medium and click_id of an interaction. -#}
{% macro utm_of_address(expression) -%}
    {{ return({
        'utm_campaign': stated_utm(query_parameter(expression, 'utm_campaign')),
        'utm_source': 'lower(' ~ stated_utm(query_parameter(expression, 'utm_source')) ~ ')',
        'utm_medium': 'lower(' ~ stated_utm(query_parameter(expression, 'utm_medium')) ~ ')',
        'click_id': ad_click_id(expression),
    }) }}
{%- endmacro %}

{#- The id that Google gives a click on an ad, in the address that the click opens. Most addresses
    have none, and are read no further. -#}
{% macro ad_click_id(expression) -%}
    case
        when {{ expression }} like '%gclid=%' or {{ expression }} like '%braid=%'
            then coalesce(
                {{ query_parameter(expression, 'gclid') }},
                {{ query_parameter(expression, 'gbraid') }},
                {{ query_parameter(expression, 'wbraid') }}
            )
    end
{%- endmacro %}

{#- The domain of an e-mail address; null where the text holds none. -#}
{% macro email_domain(expression) -%}
    nullif({{ regexp_strip('lower(trim(' ~ expression ~ '))', ['^[^@]*@?']) }}, '')
{%- endmacro %}

{% macro normalised_email(expression) -%}
    nullif(lower(trim({{ expression }})), '')
{%- endmacro %}

{#- Every match of each pattern in turn replaced. -#}
{% macro regexp_strip(expression, patterns, replacement='') -%}
    {%- set ns = namespace(sql=expression) -%}
    {%- for pattern in patterns -%}
        {%- set ns.sql = adapter.dispatch('regexp_replace_all', 'abm_warehouse')(
            ns.sql, pattern, replacement
        ) -%}
    {%- endfor -%}
    {{ ns.sql }}
{%- endmacro %}

{% macro default__regexp_replace_all(expression, pattern, replacement) -%}
    regexp_replace({{ expression }}, '{{ pattern }}', '{{ replacement }}')
{%- endmacro %}

{% macro duckdb__regexp_replace_all(expression, pattern, replacement) -%}
    regexp_replace({{ expression }}, '{{ pattern }}', '{{ replacement }}', 'g')
{%- endmacro %}

{% macro postgres__regexp_replace_all(expression, pattern, replacement) -%}
    regexp_replace({{ expression }}, '{{ pattern }}', '{{ replacement }}', 'g')
{%- endmacro %}

{#- A name as seeds spell it: Paid Social and paid-social are paid_social. -#}
{% macro seed_name(expression) -%}
    replace(replace(lower({{ expression }}), ' ', '_'), '-', '_')
{%- endmacro %}

{#- The same with its spaces, until a seed has been asked whether it knows it: impersonal_code. -#}
{% macro spaced_name(expression) -%}
    replace(lower({{ expression }}), '-', '_')
{%- endmacro %}

{% macro programme_name(expression) -%}
    {{ impersonal_code(
        spaced_name(expression), seed_name(expression) ~ " in ('abm', 'non_abm')"
    ) }}
{%- endmacro %}

{#- The marketing team's 1:1, 1:few and 1:many in words that a column can hold. -#}
{% macro conformed_abm_tier(expression) -%}
    case lower({{ expression }})
        when '1:1' then 'one_to_one'
        when '1:few' then 'one_to_few'
        when '1:many' then 'one_to_many'
        else {{ impersonal_value('lower(' ~ expression ~ ')') }}
    end
{%- endmacro %}
