with actions as (
    select * from {{ ref('int_actions') }}
),

channels as (
    select * from {{ ref('dim_channels') }}
),

executives as (
    select * from {{ ref('dim_account_executives') }}
),

account_at_risk as (
    select * from {{ ref('alert_rules') }}
    where rule_id = 'account_at_risk'
),

templates as (
    {{ message_texts() }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by action_type
            order by
                priority,
                case value_basis
                    when 'open_pipeline' then 1
                    when 'last_amount' then 2
                    when 'annual_revenue' then 3
                    else 4
                end,
                value_amount desc nulls last,
                {{ binary_order('entity_id') }}
        ) as value_rank
    from actions
),

final as (
    select
        {{ as_of_date() }} as as_of_on,
        ranked.entity_type,
        ranked.entity_id,
        ranked.action_type,
        coalesce(channels.label_en, ranked.entity_name) as entity_name,
        cast(ranked.priority as integer) as priority,
        cast(ranked.value_rank as integer) as value_rank,
        ranked.value_basis,
        cast(ranked.value_amount as {{ type_decimal(2) }}) as value_amount,
        {%- for language in ('en', 'fr') %}
        {{ filled_template('templates.text_' ~ language, {
            'entity_name': 'coalesce(channels.label_' ~ language ~ ', ranked.entity_name)',
            'metric_value': shown_number('ranked.metric_value', 'ranked.decimals', language),
            'reference_value': shown_number('ranked.reference_value', 'ranked.decimals', language),
            'value_amount': shown_amount('ranked.value_amount', language),
            'currency': currency_sign(language),
            'executive': 'executives.account_executive_name',
            'window_days': 'cast(account_at_risk.window_days as ' ~ dbt.type_string() ~ ')',
            'detail': 'ranked.detail' if language == 'en'
                else 'coalesce(ranked.detail_fr, ranked.detail)',
        }) }} as reason_{{ language }},
        {%- endfor %}
        ranked.metric_value,
        ranked.reference_value,
        ranked.detail as evidence,
        ranked.account_executive_id
    from ranked
    left join templates on ranked.template_code = templates.code
    left join channels
        on ranked.entity_type = 'channel' and ranked.entity_id = channels.channel
    left join executives on ranked.account_executive_id = executives.account_executive_id
    left join account_at_risk on account_at_risk.rule_id = 'account_at_risk'
)

select * from final
