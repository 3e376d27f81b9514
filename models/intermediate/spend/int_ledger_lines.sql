{{ config(materialized='table') }}

with investments as (
    select
        *,
        replace(category, ' ', '_') as category_code,
        replace(channel, ' ', '_') as channel_code
    from {{ ref('stg_abm_program__investments') }}
),

channels as (
    select * from {{ ref('channels') }}
),

delivered as (
    select distinct
        channel,
        cast({{ dbt.date_trunc('month', 'spent_on') }} as date) as month_start_on
    from {{ ref('int_ad_spend') }}
    where amount is not null
),

sector_aliases as (
    select * from {{ ref('sector_aliases') }}
),

investment_categories as (
    select * from {{ ref('investment_categories') }}
),

rates as (
    select * from {{ ref('int_currency_rates') }}
),

final as (
    select
        investments.investment_id,
        investments.source_system,
        investments.month_start_on,
        investments.programme,
        {{ impersonal_code(
            'investments.category', 'investment_categories.category is not null'
        ) }} as category,
        investments.abm_tier,
        {{ impersonal_code('investments.channel', 'channels.channel is not null') }} as channel,
        sector_aliases.sector,
        investments.sector_raw,
        investments.original_amount,
        coalesce(investments.original_currency, '{{ var("corporate_currency") }}')
            as original_currency,
        {{ converted_amount(
            'investments.original_amount', 'own_rates.rate', 'reporting_rates.rate'
        ) }} as amount,
        own_rates.rate is null or reporting_rates.rate is null as is_without_rate,
        coalesce(investment_categories.in_roi, false) as in_roi,
        coalesce(investment_categories.in_cac, false) as in_cac,
        delivered.channel is not null as is_replaced
    from investments
    left join sector_aliases
        on {{ normalised_text('investments.sector_raw') }} = sector_aliases.alias
    left join investment_categories
        on investments.category_code = investment_categories.category
    left join channels on investments.channel_code = channels.channel
    left join delivered
        on
            investments.category_code = 'ad_spend'
            and investments.channel_code = delivered.channel
            and investments.month_start_on = delivered.month_start_on
    left join rates as own_rates
        on {{ rate_on('own_rates', 'investments.original_currency', 'investments.month_start_on') }}
    left join rates as reporting_rates
        on {{ rate_on(
            'reporting_rates', "'" ~ var('reporting_currency') ~ "'", 'investments.month_start_on'
        ) }}
    where investments.month_start_on <= {{ as_of_date() }}
)

select * from final
