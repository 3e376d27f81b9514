-- Amounts that were read and still do not count: no rate converts them, the converted amount is
-- absurd, or a won deal has none or a negative one.
with accounts as (
    select * from {{ ref('int_accounts') }}
),

opportunities as (
    select * from {{ ref('int_opportunities_now') }}
),

ledger_lines as (
    select * from {{ ref('int_ledger_lines') }}
),

budgets as (
    select * from {{ ref('int_budget_lines') }}
),

ad_spend as (
    select * from {{ ref('int_ad_spend') }}
),

campaign_costs as (
    select * from {{ ref('int_campaign_costs') }}
    where incurred_on is not null
),

-- A won deal's negative amount is refused before it is converted, so it is not out of range too.
stated as (
    select
        source_system,
        'account' as raw_table,
        account_id as record_id,
        'annual_revenue' as column_name,
        {{ text_of('original_annual_revenue') }} || ' ' || original_currency as raw_value,
        annual_revenue_usd as amount,
        is_without_rate,
        false as is_refused_otherwise
    from accounts
    where original_annual_revenue is not null

    union all

    select
        source_system,
        'opportunity' as raw_table,
        opportunity_id as record_id,
        'amount' as column_name,
        {{ text_of('original_amount') }} || ' ' || original_currency as raw_value,
        amount,
        is_without_rate,
        is_won and original_amount < 0 as is_refused_otherwise
    from opportunities
    where original_amount is not null

    union all

    select
        source_system,
        'investments' as raw_table,
        investment_id as record_id,
        'amount' as column_name,
        {{ text_of('original_amount') }} || ' ' || original_currency as raw_value,
        amount,
        is_without_rate,
        false as is_refused_otherwise
    from ledger_lines
    where original_amount is not null

    union all

    select
        source_system,
        'budgets' as raw_table,
        budget_id as record_id,
        'amount' as column_name,
        {{ text_of('original_amount') }} || ' ' || original_currency as raw_value,
        amount,
        is_without_rate,
        false as is_refused_otherwise
    from budgets
    where original_amount is not null

    union all

    select
        source_system,
        'ad_spend' as raw_table,
        campaign_source_id || ' / ' || {{ text_of('spent_on') }} as record_id,
        'amount' as column_name,
        {{ text_of('original_amount') }} || ' ' || original_currency as raw_value,
        amount,
        is_without_rate,
        false as is_refused_otherwise
    from ad_spend
    where original_amount is not null

    union all

    select
        source_system,
        'campaign' as raw_table,
        campaign_source_id as record_id,
        'actual_cost' as column_name,
        {{ text_of('original_amount') }} || ' ' || original_currency as raw_value,
        amount,
        is_without_rate,
        false as is_refused_otherwise
    from campaign_costs
),

final as (
    select
        source_system,
        raw_table,
        record_id,
        column_name,
        raw_value,
        case when is_without_rate then 'no_currency_rate' else 'out_of_range' end as reason
    from stated
    where is_without_rate or (amount is null and not is_refused_otherwise)

    union all

    select
        source_system,
        'opportunity' as raw_table,
        opportunity_id as record_id,
        'amount' as column_name,
        {{ text_of('original_amount') }} as raw_value,
        case when original_amount is null then 'missing_amount' else 'negative_amount' end
            as reason
    from opportunities
    where is_won and (original_amount is null or original_amount < 0)
)

select * from final
