with opportunities as (
    select * from {{ ref('fct_opportunities') }}
    where is_open and opportunity_type <> 'expansion'
),

labels as (
    select * from {{ ref('labels') }}
    where domain = 'opportunity_type'
),

counted as (
    select
        account_id,
        opportunity_type,
        count(*) as n_open,
        sum(amount) as amount
    from opportunities
    group by account_id, opportunity_type
),

worded as (
    select
        counted.account_id,
        {%- for language in ('en', 'fr') %}
        {%- set amount = shown_amount('counted.amount', language) %}
        {%- set sign = currency_sign(language) %}
        labels.label_{{ language }}
        || '{{ ": " if language == "en" else "\u00a0: " }}'
        || cast(counted.n_open as {{ dbt.type_string() }})
        || coalesce(
            {% if language == 'en' -%}
            ' (' || {{ sign }} || {{ amount }} || ')',
            {%- else -%}
            ' (' || {{ amount }} || '{{ "\u00a0" }}' || {{ sign }} || ')',
            {%- endif %}
            ''
        ) as deals_{{ language }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from counted
    inner join labels on counted.opportunity_type = labels.code
),

final as (
    select
        account_id,
        {{ ordered_list('deals_en') }} as deals,
        {{ ordered_list('deals_fr') }} as deals_fr
    from worded
    group by account_id
)

select * from final
