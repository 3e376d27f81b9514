with actions as (
    select * from {{ ref('int_actions') }}
),

risks as (
    select * from {{ ref('int_account_risks') }}
    where ended_on is null
),

alert_rules as (
    select * from {{ ref('alert_rules') }}
),

templates as (
    {{ message_texts() }}
),

-- An account at risk is told of as its alert tells of it.
worded as (
    select
        actions.*,
        coalesce(risks.template_code, 'action_' || actions.action_type) as template_code,
        coalesce(alert_rules.decimals, actions.decimals) as shown_decimals,
        alert_rules.window_days,
        alert_rules.sla_hours
    from actions
    left join risks
        on actions.action_type = 're_engagement' and actions.entity_id = risks.account_id
    left join alert_rules
        on risks.account_id is not null and alert_rules.rule_id = 'account_at_risk'
),

final as (
    select
        {{ as_of_date() }} as as_of_on,
        worded.entity_type,
        worded.entity_id,
        worded.action_type,
        worded.entity_name,
        cast(worded.priority as integer) as priority,
        {%- for language in ('en', 'fr') %}
        {{ filled_template('templates.text_' ~ language, {
            'entity_name': 'worded.entity_name',
            'metric_value': shown_number('worded.metric_value', 'worded.shown_decimals', language),
            'reference_value': shown_number(
                'worded.reference_value', 'worded.shown_decimals', language
            ),
            'threshold': shown_number('worded.reference_value', 'worded.shown_decimals', language),
            'window_days': 'cast(worded.window_days as ' ~ dbt.type_string() ~ ')',
            'sla_hours': 'cast(worded.sla_hours as ' ~ dbt.type_string() ~ ')',
            'detail': 'worded.detail' if language == 'en'
                else 'coalesce(worded.detail_fr, worded.detail)',
        }) }} as reason_{{ language }},
        {%- endfor %}
        worded.metric_value,
        worded.reference_value,
        worded.detail as evidence,
        worded.account_executive_id
    from worded
    left join templates on worded.template_code = templates.code
)

select * from final
