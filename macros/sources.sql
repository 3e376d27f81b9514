{#-
    What the sources have in common. A staging folder delivers some of these shapes, each in a model
    stg_<source>__<shape> with exactly the columns below; everything after staging reads the union
    and names no vendor. To add a source: its staging folder, its name here and in the var
    `enabled_sources`. The order of `source_priority()` decides which system keeps an interaction
    that several of them recorded.
-#}
{% macro source_shapes() -%}
    {%- set crm = var('crm') -%}
    {{ return({
        'accounts': {
            'sources': [crm],
            'columns': [
                'source_system', 'account_id', 'parent_account_id', 'account_executive_id',
                'account_name', 'domain',
                'industry_raw', 'country', 'currency', 'annual_revenue', 'employee_count',
                'created_at',
            ],
        },
        'account_merges': {
            'sources': [crm],
            'columns': ['account_id', 'merged_into_account_id'],
        },
        'account_scores': {
            'sources': ['sixsense', 'demandbase'],
            'columns': [
                'source_system', 'source_record_id', 'account_id', 'domain', 'country',
                'stated_on', 'sixsense_buying_stage', 'sixsense_intent_score',
                'sixsense_profile_fit', 'is_6qa', 'demandbase_journey_stage',
                'demandbase_pipeline_predict_score',
            ],
        },
        'users': {
            'sources': [crm],
            'columns': [
                'account_executive_id', 'account_executive_name', 'manager_id', 'is_active',
            ],
        },
        'person_records': {
            'sources': ['salesforce', 'hubspot', 'marketo', 'abm_program'],
            'columns': [
                'source_system', 'person_record_id', 'record_kind', 'email', 'person_name', 'title',
                'account_id', 'account_domain', 'same_person_key', 'linked_at', 'created_at',
            ],
        },
        'person_merges': {
            'sources': ['salesforce', 'hubspot', 'marketo'],
            'columns': [
                'source_system', 'person_record_id', 'merged_into_record_id', 'email',
            ],
        },
        'buying_role_records': {
            'sources': ['salesforce', 'hubspot', 'abm_program'],
            'columns': [
                'source_system', 'person_record_id', 'role_source', 'account_id', 'role_raw',
                'stated_at',
            ],
        },
        'campaigns': {
            'sources': [
                'salesforce', 'hubspot', 'marketo', 'linkedin_ads', 'google_ads', 'custom',
            ],
            'columns': [
                'source_system', 'source_table', 'campaign_source_id', 'campaign_name',
                'campaign_type', 'response_table', 'started_on', 'ended_on', 'currency',
                'actual_cost',
            ],
        },
        'campaign_names': {
            'sources': ['linkedin_ads', 'google_ads'],
            'columns': ['source_system', 'source_table', 'campaign_source_id', 'campaign_name'],
        },
        'interactions': {
            'sources': ['salesforce', 'hubspot', 'marketo', 'linkedin_ads', 'custom'],
            'columns': interaction_columns(),
        },
        'opportunities': {
            'sources': [crm],
            'columns': [
                'source_system', 'opportunity_id', 'account_id', 'account_executive_id',
                'opportunity_name', 'stage_name', 'opportunity_type_raw', 'currency', 'amount',
                'contract_term_months', 'is_closed', 'is_won', 'created_at', 'modified_at',
                'close_on',
            ],
        },
        'opportunity_changes': {
            'sources': [crm],
            'columns': [
                'opportunity_change_id', 'opportunity_id', 'stage_name', 'amount', 'close_on',
                'changed_at',
            ],
        },
        'opportunity_stages': {
            'sources': [crm],
            'columns': [
                'stage_name', 'stage_label', 'default_probability', 'is_closed', 'is_won',
                'sort_order',
            ],
        },
        'opportunity_team_members': {
            'sources': ['salesforce'],
            'columns': ['opportunity_id', 'account_executive_id'],
        },
        'opportunity_splits': {
            'sources': ['salesforce'],
            'columns': [
                'opportunity_id', 'account_executive_id', 'split_type_id', 'split_percentage',
            ],
        },
        'web_events': {
            'sources': ['ga4'],
            'columns': [
                'source_system', 'source_table', 'visitor_id', 'session_number', 'user_id',
                'event_name', 'page_url', 'file_name', 'link_url', 'utm_source', 'utm_medium',
                'utm_campaign', 'is_session_source', 'click_id', 'page_click_id',
                'percent_scrolled', 'occurred_at',
            ],
        },
        'visitor_accounts': {
            'sources': ['ga4'],
            'columns': ['visitor_id', 'domain', 'confidence', 'first_seen_at'],
        },
        'intent_signals': {
            'sources': ['sixsense', 'demandbase', 'bombora', 'custom'],
            'columns': [
                'source_system', 'source_record_id', 'provider', 'account_domain', 'signal_kind',
                'topic', 'occurred_on', 'strength',
            ],
        },
        'ad_spend': {
            'sources': ['linkedin_ads', 'google_ads'],
            'columns': [
                'source_system', 'source_table', 'campaign_source_id', 'spent_on',
                'original_amount', 'original_currency',
            ],
        },
        'currency_rates': {
            'sources': ['salesforce'],
            'columns': ['currency', 'start_on', 'end_on', 'rate'],
        },
        'currency_types': {
            'sources': ['salesforce'],
            'columns': ['currency', 'rate', 'is_corporate'],
        },
    }) }}
{%- endmacro %}

{#- One row per recorded interaction and person, as every source can give it: columns and types. -#}
{% macro interaction_shape() -%}
    {{ return({
        'source_system': 'varchar', 'source_table': 'varchar', 'source_record_id': 'varchar',
        'occurred_at': 'timestamp', 'is_date_only': 'boolean', 'counts_from_at': 'timestamp',
        'person_record_id': 'varchar', 'person_email': 'varchar', 'account_id': 'varchar',
        'account_domain': 'varchar',
        'visitor_id': 'varchar', 'session_id': 'varchar',
        'record_type': 'varchar', 'subject': 'varchar', 'outcome': 'varchar',
        'duration_seconds': 'integer',
        'stated_channel': 'varchar',
        'campaign_source_table': 'varchar', 'campaign_source_id': 'varchar', 'mail_id': 'varchar',
        'utm_campaign': 'varchar', 'utm_source': 'varchar',
        'utm_medium': 'varchar', 'click_id': 'varchar',
        'page_url': 'varchar', 'content_asset_id': 'varchar', 'file_name': 'varchar',
        'content_depth': 'decimal(9,4)', 'page_views': 'integer',
        'user_agent': 'varchar', 'is_reported_machine': 'boolean', 'delivered_at': 'timestamp',
    }) }}
{%- endmacro %}

{% macro interaction_columns() -%}
    {{ return(interaction_shape().keys() | list) }}
{%- endmacro %}

{#- The select list of the shape: the expressions that a source can give, for the rest false or a
    typed null. -#}
{% macro interaction_row(given) -%}
    {%- set ns = namespace(columns=[]) -%}
    {%- for name, data_type in interaction_shape().items() -%}
        {%- set nothing = 'false' if data_type == 'boolean'
            else 'cast(null as ' ~ engine_type(data_type) ~ ')' -%}
        {%- do ns.columns.append(given.get(name, nothing) ~ ' as ' ~ name) -%}
    {%- endfor -%}
    {{ ns.columns | join(',\n        ') }}
{%- endmacro %}

{% macro union_sources(shape) -%}
    {%- set definition = source_shapes()[shape] -%}
    {%- for source_name in definition.sources %}
    select
        {{ (definition.columns + passthrough_columns(shape)) | join(',\n        ') }}
    from {{ ref('stg_' ~ source_name ~ '__' ~ shape) }}
    {%- if not loop.last %}

    union all
    {% endif -%}
    {%- endfor %}
{%- endmacro %}

{#- CRM before HubSpot, Marketo, web, ads and own sources: 1 is kept before 2. -#}
{% macro source_priority(source_system_column) -%}
    case {{ source_system_column }}
        when 'salesforce' then 1
        when 'hubspot' then 2
        when 'marketo' then 3
        when 'ga4' then 4
        when 'linkedin_ads' then 5
        when 'google_ads' then 5
        else 6
    end
{%- endmacro %}

{#- What a person is named after: a contact before a lead, a marketing tool's record, a
    stakeholder. -#}
{% macro record_kind_priority(record_kind_column) -%}
    case {{ record_kind_column }}
        when 'contact' then 1
        when 'lead' then 2
        when 'marketing_contact' then 3
        else 4
    end
{%- endmacro %}
