with alerts as (
    select * from {{ ref('int_alerts') }}
),

accounts as (
    select * from {{ ref('dim_accounts') }}
),

opportunities as (
    select * from {{ ref('fct_opportunities') }}
),

executives as (
    select * from {{ ref('dim_account_executives') }}
),

channels as (
    select * from {{ ref('dim_channels') }}
),

sectors as (
    select * from {{ ref('labels') }}
    where domain = 'sector'
),

templates as (
    {{ message_texts() }}
),

named as (
    select
        alerts.*,
        templates.text_en,
        templates.text_fr,
        case alerts.entity_type
            when 'account' then accounts.account_name
            when 'opportunity' then opportunities.opportunity_name
            when 'account_executive' then own_executives.account_executive_name
            when 'channel' then channels.label_en
            when 'sector'
                then case
                    when alerts.entity_id = 'all' then 'all sectors'
                    else coalesce(sectors.label_en, alerts.entity_id)
                end
        end as entity_name,
        case
            when alerts.entity_type = 'channel' then channels.label_fr
            when alerts.entity_type = 'sector' and alerts.entity_id = 'all' then 'tous secteurs'
            when alerts.entity_type = 'sector' then sectors.label_fr
        end as entity_name_fr,
        case
            when alerts.rule_id = 'apr_floor' and accounts.account_size_tier = 'enterprise'
                then 'info'
            else alerts.severity
        end as shown_severity,
        coalesce(
            own_executives.account_executive_id,
            opportunities.account_executive_id,
            accounts.account_executive_id,
            'unknown'
        ) as account_executive_id
    from alerts
    left join templates on alerts.template_code = templates.code
    left join accounts on alerts.account_id = accounts.account_id
    left join opportunities
        on alerts.entity_type = 'opportunity' and alerts.entity_id = opportunities.opportunity_id
    left join executives as own_executives
        on
            alerts.entity_type = 'account_executive'
            and alerts.entity_id = own_executives.account_executive_id
    left join channels
        on alerts.entity_type = 'channel' and alerts.entity_id = channels.channel
    left join sectors on alerts.entity_type = 'sector' and alerts.entity_id = sectors.code
),

final as (
    select
        {{ surrogate_key(['rule_id', 'entity_id', 'fired_on']) }} as alert_id,
        rule_id,
        entity_type,
        entity_id,
        entity_name,
        fired_on,
        metric_value,
        threshold,
        shown_severity as severity,
        account_executive_id,
        action,
        due_at,
        case
            {% if var('alerts_start_on') -%}
            when fired_on < cast('{{ var("alerts_start_on") }}' as date) then 'baseline'
            {% endif -%}
            when ended_on <= {{ as_of_date() }} then 'cleared'
            when entity_type = 'opportunity' and {{ is_by_as_of('due_at') }} then 'cleared'
            else 'open'
        end as state,
        first_sales_touch_at,
        is_sla_met,
        {%- for language in ('en', 'fr') %}
        {{ filled_template('text_' ~ language, {
            'entity_name': 'entity_name' if language == 'en'
                else 'coalesce(entity_name_fr, entity_name)',
            'metric_value': shown_number('metric_value', 'decimals', language),
            'threshold': shown_number('threshold', 'decimals', language),
            'sla_hours': 'cast(sla_hours as ' ~ dbt.type_string() ~ ')',
            'window_days': 'cast(window_days as ' ~ dbt.type_string() ~ ')',
            'stage_name': 'stage_name',
            'currency': "'" ~ var('reporting_currency') ~ "'",
        }) }} as message_{{ language }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from named
)

select * from final
