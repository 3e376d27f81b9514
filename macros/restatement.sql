{#- The moment at which this build began, for what is recorded from build to build. -#}
{% macro recorded_at() -%}
    cast('{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S.%f") }}' as {{ dbt.type_timestamp() }})
{%- endmacro %}

{#- Seeds that say what something is, not what it counts: their changes show in the accounts. -#}
{% macro classifying_seeds() -%}
    {{- return(['sector_aliases', 'country_aliases']) -}}
{%- endmacro %}

{#- Seeds of words, which no number depends on. -#}
{% macro worded_seeds() -%}
    {{- return(['label_texts', 'label_domains', 'french_descriptions', 'message_templates']) -}}
{%- endmacro %}

{#- Vars that numbers depend on. -#}
{% macro numeric_vars() -%}
    {{- return([
        'crm', 'enabled_sources', 'absent', 'reporting_currency', 'corporate_currency',
        'aes_window_days', 'aes_half_life_days', 'pricing_page_pattern', 'attribution_model',
        'attribution_lookback_days', 'attribution_hierarchy', 'two_touch_first_share',
        'time_decay_half_life_days', 'ad_spend_default_programme',
        'bombora_minimum_composite_score', 'stale_after_days',
    ]) -}}
{%- endmacro %}

{#- One text that changes when a seed or a var that numbers depend on does. -#}
{% macro configuration_fingerprint() -%}
    {%- set parts = [] -%}
    {%- for name in numeric_vars() -%}
        {%- do parts.append(name ~ '=' ~ tojson(var(name), sort_keys=true)) -%}
    {%- endfor -%}
    {%- if execute -%}
        {%- for node in graph.nodes.values() | sort(attribute='unique_id') -%}
            {%- if node.resource_type == 'seed'
                and node.name not in classifying_seeds() + worded_seeds() -%}
                {%- do parts.append(node.name ~ '=' ~ node.checksum.checksum) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{- return(local_md5(parts | join('|'))) -}}
{%- endmacro %}

{#- One text that changes when the SQL of a model or macro of this project does. -#}
{% macro definition_fingerprint() -%}
    {%- set parts = [] -%}
    {%- if execute -%}
        {%- for node in graph.nodes.values() | sort(attribute='unique_id') -%}
            {%- if node.resource_type == 'model' -%}
                {%- do parts.append(node.name ~ '=' ~ node.checksum.checksum) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{- return(local_md5(parts | join('|'))) -}}
{%- endmacro %}
