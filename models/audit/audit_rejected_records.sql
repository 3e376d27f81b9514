with accounts as (
    select * from {{ ref('int_accounts_known') }}
),

rates as (
    select * from {{ ref('int_currency_rates_resolved') }}
    where {{ is_valid_on(as_of_date(), 'valid_from_on', 'valid_to_on') }}
),

opportunities as (
    select * from {{ ref('int_opportunities_valued') }}
),

ledger_lines as (
    select * from {{ ref('int_ledger_lines_valued') }}
),

ad_spend as (
    select * from {{ ref('int_ad_spend_valued') }}
),

target_accounts as (
    select * from {{ ref('stg_abm_program__target_accounts') }}
),

contracts as (
    select * from {{ ref('stg_abm_program__contracts') }}
),

rejected as (
    {% for source_name, table_name, staging_model in staged_raw_tables() %}
    {{ raw_rejections(source_name, table_name) }}
    {% if not loop.last %} union all {% endif %}
    {% endfor %}
),

-- The account stays; only the amount that cannot be converted becomes null.
without_rate as (
    select
        accounts.source_system,
        'account' as raw_table,
        accounts.account_id as record_id,
        'annual_revenue' as column_name,
        {{ text_of('accounts.annual_revenue') }} || ' ' || accounts.currency as raw_value,
        'no_currency_rate' as reason,
        false as is_blocking
    from accounts
    left join rates on accounts.currency = rates.currency
    where
        accounts.annual_revenue is not null
        and accounts.currency is not null
        and rates.currency is null
),

faulty_opportunities as (
    select
        source_system,
        'opportunity' as raw_table,
        opportunity_id as record_id,
        'amount' as column_name,
        {{ text_of('original_amount') }} as raw_value,
        case when original_amount is null then 'missing_amount' else 'negative_amount' end
            as reason,
        false as is_blocking
    from opportunities
    where is_won and (original_amount is null or original_amount < 0)

    union all

    select
        source_system,
        'opportunity' as raw_table,
        opportunity_id as record_id,
        'amount' as column_name,
        {{ text_of('original_amount') }} || ' ' || original_currency as raw_value,
        case when is_without_rate then 'no_currency_rate' else 'out_of_range' end as reason,
        false as is_blocking
    from opportunities
    where
        original_amount is not null
        and (is_without_rate or (amount is null and not (is_won and original_amount < 0)))

    union all

    select
        source_system,
        'opportunity' as raw_table,
        opportunity_id as record_id,
        'close_date' as column_name,
        {{ text_of('closed_on') }} as raw_value,
        'closed_before_created' as reason,
        false as is_blocking
    from opportunities
    where closed_on < created_on
),

faulty_costs as (
    select
        source_system,
        'investments' as raw_table,
        investment_id as record_id,
        'amount' as column_name,
        {{ text_of('original_amount') }} || ' ' || original_currency as raw_value,
        'no_currency_rate' as reason,
        false as is_blocking
    from ledger_lines
    where original_amount is not null and amount is null

    union all

    select
        source_system,
        'ad_spend' as raw_table,
        campaign_source_id || ' / ' || {{ text_of('spent_on') }} as record_id,
        'amount' as column_name,
        {{ text_of('original_amount') }} || ' ' || original_currency as raw_value,
        'no_currency_rate' as reason,
        false as is_blocking
    from ad_spend
    where original_amount is not null and amount is null
),

-- The membership is none; the contract is one that never was in force.
ended_early as (
    select
        'abm_program' as source_system,
        'target_accounts' as raw_table,
        account_id || ' / ' || {{ text_of('activated_on') }} as record_id,
        'exited_on' as column_name,
        {{ text_of('exited_on') }} as raw_value,
        'ended_before_started' as reason,
        false as is_blocking
    from target_accounts
    where exited_on < activated_on

    union all

    select
        'abm_program' as source_system,
        'contracts' as raw_table,
        contract_id as record_id,
        'ended_on' as column_name,
        {{ text_of('ended_on') }} as raw_value,
        'ended_before_started' as reason,
        false as is_blocking
    from contracts
    where ended_on < started_on
),

final as (
    select * from rejected
    union all
    select * from without_rate
    union all
    select * from faulty_opportunities
    union all
    select * from faulty_costs
    union all
    select * from ended_early
)

select
    source_system,
    raw_table,
    record_id,
    column_name,
    raw_value,
    reason,
    is_blocking
from final
