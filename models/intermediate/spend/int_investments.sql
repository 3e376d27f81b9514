{{ config(materialized='table') }}

with ledger_lines as (
    select * from {{ ref('int_ledger_lines') }}
    where not is_replaced
),

ad_spend as (
    select * from {{ ref('int_ad_spend') }}
),

investment_categories as (
    select * from {{ ref('investment_categories') }}
),

-- A month of which one day cannot be converted has no amount.
campaign_months as (
    select
        source_system,
        campaign_source_id,
        campaign_id,
        cast({{ dbt.date_trunc('month', 'spent_on') }} as date) as month_start_on,
        programme,
        abm_tier,
        channel,
        original_currency,
        sum(original_amount) as original_amount,
        case when count(original_amount) = count(amount) then sum(amount) end as amount,
        count(original_amount) > count(amount) as is_without_rate
    from ad_spend
    group by
        source_system, campaign_source_id, campaign_id,
        cast({{ dbt.date_trunc('month', 'spent_on') }} as date), programme, abm_tier, channel,
        original_currency
),

final as (
    select
        investment_id,
        source_system,
        cast(null as {{ dbt.type_string() }}) as campaign_id,
        month_start_on,
        programme,
        category,
        abm_tier,
        channel,
        sector,
        original_amount,
        original_currency,
        amount,
        original_amount is not null and amount is null as is_without_rate,
        in_roi,
        in_cac
    from ledger_lines

    union all

    select
        {{ surrogate_key([
            'campaign_months.source_system', 'campaign_months.campaign_source_id',
            'campaign_months.month_start_on', 'campaign_months.programme',
            'campaign_months.abm_tier', 'campaign_months.original_currency',
        ]) }} as investment_id,
        campaign_months.source_system,
        campaign_months.campaign_id,
        campaign_months.month_start_on,
        campaign_months.programme,
        investment_categories.category,
        campaign_months.abm_tier,
        campaign_months.channel,
        null as sector,
        cast(campaign_months.original_amount as {{ type_decimal(2) }}) as original_amount,
        campaign_months.original_currency,
        cast(campaign_months.amount as {{ type_decimal(2) }}) as amount,
        campaign_months.is_without_rate,
        investment_categories.in_roi,
        investment_categories.in_cac
    from campaign_months
    inner join investment_categories on investment_categories.category = 'ad_spend'
)

select * from final
