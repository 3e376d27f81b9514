{#- The raw tables that staging reads and the model that holds their staged rows. -#}
{% macro staged_raw_tables() -%}
    {{ return([
        ('salesforce', 'account', 'stg_salesforce__accounts'),
        ('salesforce', 'contact', 'stg_salesforce__contacts'),
        ('salesforce', 'lead', 'stg_salesforce__leads'),
        ('salesforce', 'opportunity_contact_role', 'stg_salesforce__opportunity_contact_roles'),
        ('salesforce', 'campaign', 'stg_salesforce__campaigns'),
        ('salesforce', 'campaign_member', 'stg_salesforce__campaign_members'),
        ('salesforce', 'task', 'stg_salesforce__tasks'),
        ('salesforce', 'task_relation', 'stg_salesforce__task_relations'),
        ('salesforce', 'event', 'stg_salesforce__events'),
        ('salesforce', 'event_relation', 'stg_salesforce__event_relations'),
        ('salesforce', 'user', 'stg_salesforce__users'),
        ('salesforce', 'dated_conversion_rate', 'stg_salesforce__currency_rates'),
        ('salesforce', 'currency_type', 'stg_salesforce__currency_types'),
        ('salesforce', 'opportunity', 'stg_salesforce__opportunities'),
        ('salesforce', 'opportunity_history', 'stg_salesforce__opportunity_changes'),
        ('salesforce', 'opportunity_stage', 'stg_salesforce__opportunity_stages'),
        ('salesforce', 'opportunity_team_member', 'stg_salesforce__opportunity_team_members'),
        ('salesforce', 'opportunity_split', 'stg_salesforce__opportunity_splits'),
        ('hubspot', 'contact', 'stg_hubspot__contacts'),
        ('hubspot', 'company', 'stg_hubspot__accounts'),
        ('hubspot', 'email_event', 'stg_hubspot__email_events'),
        ('hubspot', 'email_event_open', 'stg_hubspot__email_event_opens'),
        ('hubspot', 'email_event_click', 'stg_hubspot__email_event_clicks'),
        ('hubspot', 'email_campaign', 'stg_hubspot__campaigns'),
        ('hubspot', 'contact_form_submission', 'stg_hubspot__contact_form_submissions'),
        ('hubspot', 'engagement', 'stg_hubspot__engagements'),
        ('hubspot', 'engagement_meeting', 'stg_hubspot__engagement_meetings'),
        ('hubspot', 'engagement_call', 'stg_hubspot__engagement_calls'),
        ('hubspot', 'engagement_contact', 'stg_hubspot__engagement_contacts'),
        ('hubspot', 'engagement_company', 'stg_hubspot__engagement_companies'),
        ('hubspot', 'deal', 'stg_hubspot__deals'),
        ('hubspot', 'merged_deal', 'stg_hubspot__merged_deals'),
        ('hubspot', 'deal_company', 'stg_hubspot__deal_companies'),
        ('hubspot', 'deal_contact', 'stg_hubspot__deal_contacts'),
        ('hubspot', 'deal_stage', 'stg_hubspot__deal_stages'),
        ('hubspot', 'deal_property_history', 'stg_hubspot__deal_property_history'),
        ('hubspot', 'deal_pipeline', 'stg_hubspot__deal_pipelines'),
        ('hubspot', 'deal_pipeline_stage', 'stg_hubspot__deal_pipeline_stages'),
        ('hubspot', 'owner', 'stg_hubspot__users'),
        ('marketo', 'lead', 'stg_marketo__leads'),
        ('marketo', 'activity_email_delivered', 'stg_marketo__activity_email_delivered'),
        ('marketo', 'activity_open_email', 'stg_marketo__activity_open_email'),
        ('marketo', 'activity_click_email', 'stg_marketo__activity_click_email'),
        ('marketo', 'activity_fill_out_form', 'stg_marketo__activity_fill_out_form'),
        ('marketo', 'activity_visit_webpage', 'stg_marketo__activity_visit_webpage'),
        ('marketo', 'activity_change_status_in_progression',
            'stg_marketo__activity_change_status_in_progression'),
        ('marketo', 'activity_merge_leads', 'stg_marketo__merged_leads'),
        ('marketo', 'program', 'stg_marketo__programs'),
        ('marketo', 'campaign', 'stg_marketo__smart_campaigns'),
        ('ga4', 'events', 'stg_ga4__web_events'),
        ('ga4', 'visitor_accounts', 'stg_ga4__visitor_accounts'),
        ('sixsense', 'accounts', 'stg_sixsense__accounts'),
        ('sixsense', 'keyword_activity', 'stg_sixsense__keyword_activities'),
        ('demandbase', 'accounts', 'stg_demandbase__accounts'),
        ('demandbase', 'intent', 'stg_demandbase__intents'),
        ('bombora', 'company_surge', 'stg_bombora__company_surges'),
        ('linkedin_ads', 'ad_analytics_by_campaign', 'stg_linkedin_ads__ad_analytics_by_campaign'),
        ('linkedin_ads', 'campaign_history', 'stg_linkedin_ads__campaign_history'),
        ('linkedin_ads', 'account_history', 'stg_linkedin_ads__account_history'),
        ('linkedin_ads', 'company_engagement', 'stg_linkedin_ads__company_engagement'),
        ('google_ads', 'campaign_stats', 'stg_google_ads__campaign_stats'),
        ('google_ads', 'campaign_history', 'stg_google_ads__campaign_history'),
        ('google_ads', 'account_history', 'stg_google_ads__account_history'),
        ('abm_program', 'target_accounts', 'stg_abm_program__target_accounts'),
        ('abm_program', 'programme_campaigns', 'stg_abm_program__programme_campaigns'),
        ('abm_program', 'campaign_groups', 'stg_abm_program__campaign_groups'),
        ('abm_program', 'stakeholders', 'stg_abm_program__stakeholders'),
        ('abm_program', 'content_assets', 'stg_abm_program__content_assets'),
        ('abm_program', 'investments', 'stg_abm_program__investments'),
        ('abm_program', 'budgets', 'stg_abm_program__budgets'),
        ('abm_program', 'account_acceptances', 'stg_abm_program__account_acceptances'),
        ('abm_program', 'contracts', 'stg_abm_program__contracts'),
        ('abm_program', 'experiments', 'stg_abm_program__experiments'),
        ('abm_program', 'experiment_assignments', 'stg_abm_program__experiment_assignments'),
        ('custom', 'touchpoints', 'stg_custom__touchpoints'),
        ('custom', 'intent_signals', 'stg_custom__provider_signals'),
    ]) }}
{%- endmacro %}

{#- The sources that staging reads, in the order above. -#}
{% macro staged_sources() -%}
    {{ return(staged_raw_tables() | map(attribute=0) | unique | list) }}
{%- endmacro %}

{#- One row: the newest load of a source up to the as-of day, over all its tables, since
    most of them hold only what changed, and how far behind it may be: its `freshness`. -#}
{% macro newest_load(source_name) -%}
    {%- set loads = [] -%}
    {%- set ns = namespace(freshness={}) -%}
    {%- for _, table_name, _ in staged_raw_tables() | selectattr(0, 'equalto', source_name) -%}
        {%- set relation = raw_relation(source_name, table_name) -%}
        {%- if execute -%}
            {%- set ns.freshness = raw_table(source_name, table_name).freshness or {} -%}
        {%- endif -%}
        {%- if execute and not is_raw_table_absent(source_name, table_name) -%}
            {%- set load -%}
                select {{ raw_loaded_at(source_name, table_name) }} as loaded_at
                from {{ relation }} as raw_rows
            {%- endset -%}
            {%- do loads.append(load) -%}
        {%- endif -%}
    {%- endfor -%}
    select
        '{{ source_name }}' as source_system,
        {{ source_name in var('enabled_sources') }} as is_enabled,
        {{ (loads | length > 0) | lower }} as is_delivered,
        cast({{ hours_of(ns.freshness.get('warn_after')) }} as integer) as late_after_hours,
        cast({{ hours_of(ns.freshness.get('error_after')) }} as integer) as stale_after_hours,
        {% if loads -%}
        max(case when {{ is_by_as_of('loaded_at') }} then loaded_at end) as newest_record_at
        from ({{ loads | join(' union all ') }}) as loads
        {%- else -%}
        cast(null as {{ dbt.type_timestamp() }}) as newest_record_at
        {%- endif %}
{%- endmacro %}

{#- A period of a freshness in hours, null without one. -#}
{% macro hours_of(period) -%}
    {%- if period and period.count -%}
        {{ period.count * {'minute': 1, 'hour': 60, 'day': 1440}[period.period] // 60 }}
    {%- else -%}
        null
    {%- endif -%}
{%- endmacro %}

{#- What became of the rows of a raw table, but for the newest versions of its repeated keys
    (int_repeated_raw_keys), in rows to be added up. Raw rows are counted in the extract, staged
    rows in the staging model, duplicates from the distinct keys: a lost row shows as a
    difference. -#}
{% macro raw_row_counts(source_name, table_name, staging_model) -%}
    {%- set relation = source(source_name, table_name) -%}
    {%- set staged = ref(staging_model) -%}
    {%- if not execute -%}{{ return('select 1 as parsed') }}{%- endif -%}
    select
        '{{ source_name }}' as source_system,
        '{{ table_name }}' as raw_table,
        0 as n_raw,
        count(*) as n_staged,
        0 as n_rejected,
        0 as n_keys,
        0 as n_deleted,
        0 as n_after_as_of
    from {{ staged }}
    {%- if not is_raw_table_absent(source_name, table_name) %}
    {%- set reading = raw_reading(source_name, table_name) -%}
    {%- set is_any_after = is_any_past_after_as_of(raw_table(source_name, table_name)) -%}
    {%- set is_single = 'n_rows - n_rejected = 1' if reading.key else 'true' %}

    union all

    select
        '{{ source_name }}' as source_system,
        '{{ table_name }}' as raw_table,
        sum(n_rows) as n_raw,
        0 as n_staged,
        sum(n_rejected) as n_rejected,
        sum(case
            when n_rows > n_rejected then {{ '1' if reading.key else 'n_rows - n_rejected' }}
            else 0
        end) as n_keys,
        sum(case when {{ is_single }} then n_deleted else 0 end) as n_deleted,
        sum(case when {{ is_single }} then n_after_as_of else 0 end) as n_after_as_of
    from (
        select
            count(*) as n_rows,
            sum(case when is_rejected_row then 1 else 0 end) as n_rejected,
            sum(case when not is_rejected_row and is_deleted_row then 1 else 0 end) as n_deleted,
            sum(case
                when
                    not is_rejected_row
                    and not is_deleted_row
                    and ({{ is_any_after }})
                    then 1
                else 0
            end) as n_after_as_of
        from ({{ typed_raw_rows(reading) }}) as readable_rows
        {%- if reading.key %}
        group by {{ reading.key | join(', ') }}
        {%- endif %}
    ) as grouped_rows
    {%- endif %}
{%- endmacro %}

{#- The readable versions of the keys that occur more than once in a raw table. `key_text` is the
    key as keys are compared, `record_id` as a version states it. -#}
{% macro repeated_raw_versions(source_name, table_name) -%}
    {%- set reading = raw_reading(source_name, table_name) -%}
    {%- set columns = raw_table(source_name, table_name).columns -%}
    {%- set absent = absent_raw_columns(source_name, table_name) -%}
    {%- set parts = [] -%}
    {%- for name in reading.meta['key'] | reject('in', absent) -%}
        {%- set text = text_of(name, columns[name].data_type) -%}
        {%- do parts.append(
            'coalesce(' ~ impersonal_key_part(columns[name], text, 'true') ~ ", '(none)')"
        ) -%}
    {%- endfor %}
    select
        '{{ source_name }}' as source_system,
        '{{ table_name }}' as raw_table,
        {{ joined_key(reading.key) }} as key_text,
        {{ parts | join(" || ' / ' || ") }} as record_id,
        {{ reading.time_text }} as time_text,
        {{ reading.version_text }} as version_text,
        is_deleted_row,
        {{ is_any_past_after_as_of(raw_table(source_name, table_name)) }} as is_after_as_of
    from ({{ typed_raw_rows(reading, repeated_raw_rows(reading)) }}) as readable_rows
    where not is_rejected_row
{%- endmacro %}

{#- Whether a table has a key of which the extract has at least a part. -#}
{% macro has_raw_key(source_name, table_name) -%}
    {%- set absent = absent_raw_columns(source_name, table_name) -%}
    {%- set key = raw_table(source_name, table_name).config.meta['key'] -%}
    {{ return(key | reject('in', absent) | list | length > 0) }}
{%- endmacro %}

{% macro is_any_past_after_as_of(table) -%}
    {%- set conditions = [] -%}
    {%- for name in table.config.meta.get('past', []) if name in table.columns -%}
        {%- set moment = timestamp_from_microseconds(name)
            if table.columns[name].data_type == 'bigint' else name -%}
        {%- do conditions.append('coalesce(not ' ~ is_by_as_of(moment) ~ ', false)') -%}
    {%- endfor -%}
    {{ conditions | join(' or ') if conditions else 'false' }}
{%- endmacro %}

{#- A part of a record's key as it may be published: a number or date that is read, and an id, as it
    is; of the rest what names nobody. `text` is what the row states, `read` what it is read as. -#}
{% macro impersonal_key_part(column, text, is_read, read='') -%}
    {%- set names_people = ((column.get('config') or {}).get('meta') or {}).get('names_people') -%}
    {%- if var('include_personal_data') -%} {{ text }}
    {%- elif column.data_type == 'varchar' and is_published_raw_id(column) -%}
        {{ impersonal_id(read or text) }}
    {%- elif column.data_type == 'varchar' -%} {{ impersonal_text(text, names_people) }}
    {%- elif is_read == 'true' -%} {{ text }}
    {%- else -%} case when {{ is_read }} then {{ text }} else {{ text_shape(text) }} end
    {%- endif -%}
{%- endmacro %}

{#- The rejected rows of a raw table: one row per record, column and reason. The table is read once:
    `faults` spells the numbers of a row's faults, as ` 1  4 `. `is_read`: the value is one of its
    type, and not any text. -#}
{% macro raw_rejections(source_name, table_name) -%}
    {%- set string = dbt.type_string() -%}
    {%- set reading = raw_reading(source_name, table_name) -%}
    {%- if not reading.faults %}
    {{ no_rejections() }}
    {%- else -%}
    {%- set columns = raw_table(source_name, table_name).columns -%}
    {%- set absent = absent_raw_columns(source_name, table_name) -%}
    {#- A line without a key is known by all it says. -#}
    {%- set identity = reading.meta['key'] | reject('in', absent) | list
        or (columns.keys() | list) -%}
    {%- set parts = [] -%}
    {%- set stated_parts = [] -%}
    {%- for name in identity -%}
        {%- set text = 'cast(null as ' ~ string ~ ')' if name in absent
            else text_of(
                'raw_rows.' ~ name, stored_raw_type(source_name, table_name, columns[name])
            ) -%}
        {%- do stated_parts.append('coalesce(' ~ text ~ ", '(none)')") -%}
        {%- do parts.append('coalesce(' ~ (
            text if name in absent or is_nested_type(columns[name].data_type)
            else impersonal_key_part(
                columns[name], text, 'raw_rows.abm_read_' ~ name ~ ' is not null',
                'raw_rows.abm_read_' ~ name
            )
        ) ~ ", '(none)')") -%}
    {%- endfor -%}
    select
        '{{ source_name }}' as source_system,
        '{{ table_name }}' as raw_table,
        {{ parts | join(" || ' / ' || ") }} as record_id,
        {{ stated_parts | join(" || ' / ' || ") }} as stated_record_id,
        faults.column_name,
        case faults.fault_number
            {%- for fault in reading.faults %}
            {%- set column = columns.get(fault.column, {'name': '', 'data_type': 'varchar'}) %}
            when ' {{ loop.index }} ' then {{ text_of(
                'raw_rows.' ~ fault.column, stored_raw_type(source_name, table_name, column)
            ) }}
            {%- endfor %}
        end as raw_value,
        faults.reason,
        faults.is_read,
        faults.is_blocking
    from (
        select
            raw_rows.*,
            {% for fault in reading.faults -%}
                case when {{ fault.condition }} then ' {{ loop.index }} ' else '' end
                {%- if not loop.last %} || {% endif %}
            {% endfor -%} as fault_numbers
        from {{ read_raw_rows(reading) }} as raw_rows
    ) as raw_rows
    inner join (
        {%- for fault in reading.faults %}
        select
            ' {{ loop.index }} ' as fault_number,
            '{{ fault.column }}' as column_name,
            '{{ fault.reason }}' as reason,
            {{ fault.get('is_read', false) | lower }} as is_read,
            {{ fault.is_blocking | lower }} as is_blocking
        {% if not loop.last %} union all {% endif -%}
        {%- endfor %}
    ) as faults
        on raw_rows.fault_numbers like '%' || faults.fault_number || '%'
    where raw_rows.fault_numbers <> ''
    {%- endif %}
{%- endmacro %}

{% macro no_rejections() -%}
    {%- set string = dbt.type_string() %}
    select
        cast(null as {{ string }}) as source_system,
        cast(null as {{ string }}) as raw_table,
        cast(null as {{ string }}) as record_id,
        cast(null as {{ string }}) as stated_record_id,
        cast(null as {{ string }}) as column_name,
        cast(null as {{ string }}) as raw_value,
        cast(null as {{ string }}) as reason,
        true as is_read,
        true as is_blocking
    from (select 1 as one) as no_rows
    where one = 0
{%- endmacro %}

{#- The ledger per currency up to the as-of date, summed from the extract itself. -#}
{% macro raw_ledger_amounts() -%}
    {%- set relation = source('abm_program', 'investments') -%}
    {%- if not execute -%}{{ return('select 1 as parsed') }}{%- endif -%}
    {%- if is_raw_table_absent('abm_program', 'investments') -%}
    select
        cast(null as {{ dbt.type_string() }}) as currency,
        cast(null as {{ type_decimal(2) }}) as amount
    from (select 1 as one) as no_rows
    where one = 0
    {%- else -%}
    {%- set currency -%}
        coalesce(
            {{ currency_code("nullif(trim(raw_rows.currency), '')") }},
            '{{ var("corporate_currency") }}'
        )
    {%- endset -%}
    {%- set month = 'cast(' ~ dbt.date_trunc('month', try_cast('raw_rows.month', 'date'))
        ~ ' as date)' -%}
    {%- set reading = raw_reading('abm_program', 'investments') -%}
    select
        {{ currency }} as currency,
        sum({{ double_as_decimal('(' ~ reading.columns['amount'] ~ ')', 2) }}) as amount
    from {{ read_raw_rows(reading) }} as raw_rows
    where
        {{ month }} <= {{ as_of_date() }}
        {%- for deleted in reading.deleted %}
        and not ({{ deleted }})
        {%- endfor %}
    group by {{ currency }}
    {%- endif -%}
{%- endmacro %}
