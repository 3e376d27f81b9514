-- An actual cost has no date of its own: it is incurred when the campaign starts.
with campaigns as (
    select
        source_system,
        campaign_source_id,
        campaign_id,
        coalesce(started_on, ended_on) as incurred_on,
        original_actual_cost as original_amount,
        coalesce(original_currency, '{{ var("corporate_currency") }}') as original_currency
    from {{ ref('int_campaigns') }}
    where original_actual_cost is not null
),

rates as (
    select * from {{ ref('int_currency_rates') }}
),

final as (
    select
        campaigns.source_system,
        campaigns.campaign_source_id,
        campaigns.campaign_id,
        campaigns.incurred_on,
        campaigns.original_amount,
        campaigns.original_currency,
        {{ converted_amount(
            'campaigns.original_amount', 'own_rates.rate', 'reporting_rates.rate'
        ) }} as amount,
        campaigns.incurred_on is not null
        and (own_rates.rate is null or reporting_rates.rate is null) as is_without_rate
    from campaigns
    left join rates as own_rates
        on {{ rate_on('own_rates', 'campaigns.original_currency', 'campaigns.incurred_on') }}
    left join rates as reporting_rates
        on {{ rate_on(
            'reporting_rates', "'" ~ var('reporting_currency') ~ "'", 'campaigns.incurred_on'
        ) }}
)

select * from final
