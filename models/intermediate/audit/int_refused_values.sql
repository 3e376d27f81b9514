{#- What is valued, where, and the raw table, record and column that it comes from. -#}
{%- set ad_spend_id = "campaign_source_id || ' / ' || " ~ text_of('spent_on', 'date') -%}
{%- set amounts = [
    ('int_accounts', 'account', 'account_id', 'annual_revenue'),
    ('int_opportunities_now', 'opportunity', 'opportunity_id', 'amount'),
    ('int_ledger_lines', 'investments', 'investment_id', 'amount'),
    ('int_budget_lines', 'budgets', 'budget_id', 'amount'),
    ('int_ad_spend', 'ad_spend', ad_spend_id, 'amount'),
    ('int_campaign_costs', 'campaign', 'campaign_source_id', 'actual_cost'),
] -%}
with opportunities as (
    select * from {{ ref('int_opportunities_now') }}
),

target_accounts as (
    select * from {{ ref('stg_abm_program__target_accounts') }}
),

contracts as (
    select * from {{ ref('stg_abm_program__contracts') }}
),

stated as (
    {%- for model, raw_table, record_id, column in amounts %}
    {%- set kind = 'annual_revenue' if column == 'annual_revenue' else 'amount' %}
    {%- set type = 'double' if kind == 'annual_revenue' else 'decimal' %}
    select
        source_system,
        '{{ raw_table }}' as raw_table,
        {{ record_id }} as record_id,
        '{{ column }}' as column_name,
        {{ text_of('original_' ~ kind, type) }} || ' ' || original_currency as raw_value,
        {{ 'annual_revenue_usd' if kind == 'annual_revenue' else 'amount' }} as amount,
        is_without_rate,
        {{ 'is_won and original_amount < 0' if raw_table == 'opportunity' else 'false' }}
            as is_refused_otherwise
    from {{ ref(model) }}
    where
        original_{{ kind }} is not null
        {%- if model == 'int_campaign_costs' %} and incurred_on is not null {%- endif %}
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
),

-- A won deal's negative amount is refused before it is converted, so it is not out of range too. A
-- deal closed before it was created has no cycle; such a membership or contract never was in force.
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
        {{ text_of('original_amount', 'decimal') }} as raw_value,
        case when original_amount is null then 'missing_amount' else 'negative_amount' end
            as reason
    from opportunities
    where is_won and (original_amount is null or original_amount < 0)

    union all

    select
        source_system,
        'opportunity' as raw_table,
        opportunity_id as record_id,
        'close_date' as column_name,
        {{ text_of('closed_on', 'date') }} as raw_value,
        'closed_before_created' as reason
    from opportunities
    where closed_on < created_on

    union all

    select
        'abm_program' as source_system,
        'target_accounts' as raw_table,
        account_id || ' / ' || {{ text_of('activated_on', 'date') }} as record_id,
        'exited_on' as column_name,
        {{ text_of('exited_on', 'date') }} as raw_value,
        'ended_before_started' as reason
    from target_accounts
    where exited_on < activated_on

    union all

    select
        'abm_program' as source_system,
        'contracts' as raw_table,
        contract_id as record_id,
        'ended_on' as column_name,
        {{ text_of('ended_on', 'date') }} as raw_value,
        'ended_before_started' as reason
    from contracts
    where ended_on < started_on
)

select * from final
