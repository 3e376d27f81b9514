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
    select * from {{ ref('label_texts') }}
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
            when 'opportunity' then opportunities.opportunity_label
            when 'account_executive' then own_executives.account_executive_name
            when 'channel' then channels.label_en
            when 'sector' then sectors.label_en
        end as entity_name,
        coalesce(channels.label_fr, sectors.label_fr) as entity_name_fr,
        coalesce(
            own_executives.account_executive_id,
            opportunities.account_executive_id,
            accounts.account_owner_id,
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
        case
            when move is null then {{ surrogate_key(['rule_id', 'entity_id', 'fired_on']) }}
            else {{ surrogate_key(['rule_id', 'entity_id', 'fired_on', 'move']) }}
        end as alert_id,
        rule_id,
        entity_type,
        entity_id,
        entity_name,
        move,
        fired_on,
        crossed_at,
        metric_value,
        threshold,
        current_value,
        cast(amount_at_stake as {{ type_decimal(2) }}) as amount_at_stake,
        severity,
        account_executive_id,
        owner_role,
        action,
        due_at,
        ended_on,
        state,
        state = 'open' and {{ is_by_as_of('due_at') }} as is_overdue,
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
            'currency': currency_sign(language),
        }) }} as message_{{ language }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from named
)

select * from final
