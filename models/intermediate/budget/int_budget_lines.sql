with budgets as (
    select * from {{ ref('stg_abm_program__budgets') }}
),

channels as (
    select * from {{ ref('channels') }}
),

rates as (
    select * from {{ ref('int_currency_rates') }}
),

final as (
    select
        budgets.budget_id,
        budgets.source_system,
        budgets.month_start_on,
        {{ impersonal_code('budgets.channel', 'channels.channel is not null') }} as channel,
        budgets.original_amount,
        coalesce(budgets.original_currency, '{{ var("corporate_currency") }}')
            as original_currency,
        {{ converted_amount('budgets.original_amount', 'own_rates.rate', 'reporting_rates.rate') }}
            as amount,
        own_rates.rate is null or reporting_rates.rate is null as is_without_rate
    from budgets
    left join channels on replace(budgets.channel, ' ', '_') = channels.channel
    left join rates as own_rates
        on {{ rate_on('own_rates', 'budgets.original_currency', 'budgets.month_start_on') }}
    left join rates as reporting_rates
        on {{ rate_on(
            'reporting_rates', "'" ~ var('reporting_currency') ~ "'", 'budgets.month_start_on'
        ) }}
)

select * from final
