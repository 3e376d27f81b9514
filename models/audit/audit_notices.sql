with notices as (
    select * from {{ ref('int_notices') }}
),

templates as (
    {{ message_texts() }}
),

final as (
    select
        notices.notice,
        notices.notice_level,
        notices.source_system,
        notices.subject,
        notices.n_records,
        notices.share,
        notices.amount,
        notices.example as evidence,
        {%- for language in ('en', 'fr') %}
        {{ filled_template('templates.text_' ~ language, {
            'source_system': 'notices.source_system',
            'subject': 'notices.subject',
            'n_records': 'cast(notices.n_records as ' ~ dbt.type_string() ~ ')',
            'share_pct': shown_number('100 * notices.share', '1', language),
            'amount': shown_number('cast(notices.amount as ' ~ type_double() ~ ')', '0', language),
            'currency': currency_sign(language),
            'example': 'notices.example',
        }) }} as message_{{ language }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from notices
    left join templates on 'notice_' || notices.notice = templates.code
)

select * from final
