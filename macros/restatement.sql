{#- Versions that a snapshot keeps, but for those that no reader was shown, with the publication
    that first showed each: a query on the CTE `publications` of int_publications. -#}
{% macro published_versions(snapshot) -%}
    select
        versions.*,
        publications.published_at,
        publications.previous_as_of_on
    from {{ snapshot }} as versions
    inner join publications
        on
            versions.dbt_valid_from <= publications.published_at
            and (
                publications.previously_published_at is null
                or versions.dbt_valid_from > publications.previously_published_at
            )
    where versions.dbt_valid_to is null or versions.dbt_valid_to > publications.published_at
{%- endmacro %}

{#- Vars that no number depends on: the day it speaks of, and columns that users carry along. -#}
{% macro vars_without_numbers() -%}
    {{- return(['as_of_date', 'sample_as_of_date', 'passthrough_columns']) -}}
{%- endmacro %}

{#- What the values of the scorecard come from: `nodes`, the scorecard and all that is upstream of
    it, and `code`, by id, of these and of the project's macros that they use on this engine. -#}
{% macro scorecard_lineage() -%}
    {%- set nodes = ['model.abm_warehouse.rpt_kpi_scorecard'] -%}
    {#- A hook makes functions that models call. -#}
    {%- for node in warehouse_nodes(['operation'])
        if 'create_engine_functions' in node.raw_code -%}
        {%- do nodes.append(node.unique_id) -%}
    {%- endfor -%}
    {#- Another project that installs this one may replace models and macros. -#}
    {%- set projects = ['abm_warehouse', project_name] -%}
    {%- set macros = [] -%}
    {%- set code = {} -%}
    {#- Both lists grow while they are read. -#}
    {%- for id in nodes if id in graph.nodes -%}
        {%- set node = graph.nodes[id] -%}
        {%- do code.update({id: code_tokens(node.raw_code)}) -%}
        {%- for parent in node.depends_on.get('nodes', []) if parent not in nodes -%}
            {%- do nodes.append(parent) -%}
        {%- endfor -%}
        {%- for used in node.depends_on.macros if used not in macros -%}
            {%- do macros.append(used) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for id in macros -%}
        {%- set package, name = id.split('.')[1:] -%}
        {#- dbt keeps the macros of its adapters with its own. -#}
        {%- set namespace = package if package in projects else 'dbt' -%}
        {%- set definition = context[namespace][name].macro -%}
        {%- if package in projects -%}
            {%- do code.update({id: code_tokens(definition.macro_sql)}) -%}
        {%- endif -%}
        {%- for used in definition.depends_on.macros if used not in macros -%}
            {%- do macros.append(used) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{- return({'nodes': nodes, 'code': code}) -}}
{%- endmacro %}

{#- Code without comments and white space, which is kept in quoted texts. -#}
{% macro code_tokens(code) -%}
    {%- set comments = '[{]#.*?#[}]|--[^\n]*|/[*].*?[*]/' -%}
    {%- set tokens = '\'(?:[^\']|\'\')*\'|"[^"]*"|\\w+|[^\\w\\s]' -%}
    {%- set pattern = comments ~ '|(' ~ tokens ~ ')' -%}
    {%- set found = modules.re.findall(pattern, code, modules.re.DOTALL) -%}
    {{- return(found | select | join(' ')) -}}
{%- endmacro %}

{#- The entries of a `config.meta` that code names; the others are words for people, or paths. -#}
{% macro meta_in_code(meta, names) -%}
    {%- set entries = {} -%}
    {%- for name in meta if name in names -%}
        {%- do entries.update({name: meta[name]}) -%}
    {%- endfor -%}
    {{- return(tojson(entries, sort_keys=true)) -}}
{%- endmacro %}

{#- One text that changes when a seed or a var that the scorecard depends on does. A seed whose
    `config.meta.restates` is another cause, or `nothing`, is left out. -#}
{% macro configuration_fingerprint() -%}
    {%- set parts = [] -%}
    {%- if execute -%}
        {%- set lineage = scorecard_lineage() -%}
        {%- for id in lineage.nodes if id.startswith('seed.') -%}
            {%- set seed = graph.nodes[id] -%}
            {%- if seed.config.meta.get('restates', 'configuration') == 'configuration' -%}
                {%- do parts.append(seed.name ~ '=' ~ seed.checksum.checksum) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- set pattern = '\\bvar\\s*\\(\\s*[\'"]\\s*(\\w+)' -%}
        {%- set read = modules.re.findall(pattern, lineage.code.values() | join(' ')) -%}
        {%- for name in read | unique if name not in vars_without_numbers() -%}
            {%- do parts.append(name ~ '=' ~ tojson(var(name), sort_keys=true)) -%}
        {%- endfor -%}
    {%- endif -%}
    {{- return(local_md5(parts | sort | join('|'))) -}}
{%- endmacro %}

{#- One text that changes when that does of which the scorecard is compiled: the code of models and
    macros, the types of columns, and what macros read of the raw contract. -#}
{% macro definition_fingerprint() -%}
    {%- set parts = [] -%}
    {%- if execute -%}
        {%- set lineage = scorecard_lineage() -%}
        {%- set names = set(modules.re.findall("'(\\w+)'", lineage.code.values() | join(' '))) -%}
        {%- for id, code in lineage.code.items() -%}
            {%- do parts.append(id ~ '=' ~ code) -%}
        {%- endfor -%}
        {%- for id in lineage.nodes -%}
            {%- set node = graph.nodes.get(id) or graph.sources[id] -%}
            {%- do parts.append(id ~ meta_in_code(node.config.meta, names)) -%}
            {%- for column in node.columns.values() if column.data_type -%}
                {%- set meta = meta_in_code(column.config.meta, names) -%}
                {%- do parts.append(id ~ '.' ~ column.name ~ '=' ~ column.data_type ~ meta) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
    {{- return(local_md5(parts | sort | join('|'))) -}}
{%- endmacro %}
