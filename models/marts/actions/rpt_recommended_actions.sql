with actions as (
    select * from {{ ref('int_actions') }}
),

templates as (
    select
        code,
        max(case when language = 'en' then message end) as text_en,
        max(case when language = 'fr' then message end) as text_fr
    from {{ ref('message_templates') }}
    group by code
),

final as (
    select
        {{ as_of_date() }} as as_of_on,
        actions.entity_type,
        actions.entity_id,
        actions.action_type,
        actions.entity_name,
        cast(actions.priority as integer) as priority,
        {%- for language in ('en', 'fr') %}
        {{ filled_template('templates.text_' ~ language, {
            'entity_name': 'actions.entity_name',
            'metric_value': shown_number('actions.metric_value', 'actions.decimals', language),
            'reference_value': shown_number(
                'actions.reference_value', 'actions.decimals', language
            ),
            'detail': 'actions.detail' if language == 'en'
                else 'coalesce(actions.detail_fr, actions.detail)',
        }) }} as reason_{{ language }},
        {%- endfor %}
        actions.metric_value,
        actions.reference_value,
        actions.detail as evidence,
        actions.account_executive_id
    from actions
    left join templates on 'action_' || actions.action_type = templates.code
)

select * from final
