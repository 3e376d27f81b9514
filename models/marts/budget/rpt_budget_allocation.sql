with channels as (
    select * from {{ ref('int_channel_budgets') }}
),

rounded as (
    select * from {{ ref('int_recommended_budgets') }}
),

templates as (
    {{ message_texts() }}
),

moved as (
    select
        count(*) as n_moved_channels,
        sum(attributed_trailing) as attributed_of_all,
        sum(spend_trailing) as spend_of_all
    from channels
    where is_movable
),

recommended as (
    select
        channels.channel,
        channels.label_en,
        channels.label_fr,
        channels.spend_trailing,
        channels.n_costs_without_rate,
        channels.n_spend_months,
        channels.attributed_trailing,
        channels.weighted_opportunities,
        channels.is_reliable,
        channels.utilisation_rate,
        channels.crm_cost_without_ledger,
        channels.return_on_spend_ratio,
        moved.spend_of_all,
        moved.attributed_of_all,
        {{ return_on_spend_ratio('moved.attributed_of_all', 'moved.spend_of_all') }}
            as return_on_spend_ratio_of_all,
        channels.budget_basis,
        channels.budget_month_on,
        channels.current_budget,
        coalesce(rounded.recommended_budget, channels.current_budget) as recommended_budget,
        case
            when channels.reason is not null then channels.reason
            when channels.current_budget is null then 'no_known_budget'
            when channels.current_budget <= 0 then 'no_budget'
            when moved.attributed_of_all = 0 then 'no_return'
            when moved.n_moved_channels = 1 then 'one_channel'
        end as reason
    from channels
    cross join moved
    left join rounded on channels.channel = rounded.channel
),

explained as (
    select
        *,
        {{ share_of('recommended_budget - current_budget', 'current_budget') }} as change_ratio,
        'budget_'
        || case
            when reason is not null then reason
            when recommended_budget > current_budget then 'raised'
            when recommended_budget < current_budget then 'lowered'
            else 'kept'
        end as code
    from recommended
),

final as (
    select
        {{ as_of_date() }} as as_of_on,
        explained.channel,
        explained.spend_trailing,
        explained.n_costs_without_rate,
        explained.n_spend_months,
        explained.attributed_trailing,
        explained.weighted_opportunities,
        explained.is_reliable,
        explained.utilisation_rate,
        explained.crm_cost_without_ledger,
        explained.return_on_spend_ratio,
        cast(explained.spend_of_all as {{ type_decimal(2) }}) as spend_of_all,
        cast(explained.attributed_of_all as {{ type_decimal(2) }}) as attributed_of_all,
        explained.return_on_spend_ratio_of_all,
        explained.current_budget,
        explained.budget_basis,
        explained.budget_month_on,
        cast(explained.recommended_budget as {{ type_decimal(2) }}) as recommended_budget,
        explained.change_ratio,
        {%- for language in ('en', 'fr') %}
        {{ filled_template('templates.text_' ~ language, {
            'entity_name': 'explained.label_' ~ language,
            'metric_value': shown_number('explained.return_on_spend_ratio', '1', language),
            'reference_value': shown_number(
                'explained.return_on_spend_ratio_of_all', '1', language
            ),
            'current_budget': shown_number('explained.current_budget', '0', language),
            'recommended_budget': shown_number('explained.recommended_budget', '0', language),
            'change_pct': shown_number('100 * abs(explained.change_ratio)', '1', language),
            'months': shown_number('explained.n_spend_months', '0', language),
            'utilisation_pct': shown_number('100 * explained.utilisation_rate', '0', language),
            'deals': shown_number('explained.weighted_opportunities', '1', language),
            'missing_cost': shown_number('explained.crm_cost_without_ledger', '0', language),
            'spend': shown_number('explained.spend_trailing', '0', language),
            'currency': currency_sign(language),
        }) }} as rationale_{{ language }},
        {%- endfor %}
        explained.reason
    from explained
    left join templates on explained.code = templates.code
)

select * from final
