with attribution_models as (
    select * from {{ ref('fct_attribution_models') }}
),

opportunities as (
    select * from {{ ref('fct_opportunities') }}
),

investments as (
    select * from {{ ref('fct_investments') }}
),

engagement as (
    select * from {{ ref('fct_account_engagement') }}
),

drivers as (
    select * from {{ ref('fct_account_engagement_drivers') }}
),

raw_ledger as (
    {{ raw_ledger_amounts() }}
),

won as (
    select sum(amount) as amount
    from opportunities
    where is_won and opportunity_type in ('new_business', 'expansion')
),

attributed as (
    select
        attribution_model || ', ' || attribution_basis as subject,
        sum(attributed_amount) as amount
    from attribution_models
    group by attribution_model, attribution_basis
),

currencies as (
    select currency from raw_ledger
    union distinct
    select original_currency as currency from investments
),

spent_in_marts as (
    select
        original_currency as currency,
        sum(original_amount) as amount
    from investments
    group by original_currency
),

checks as (
    select
        'attributed_equals_won' as check_name,
        attributed.subject,
        won.amount as expected_amount,
        attributed.amount as actual_amount
    from attributed
    cross join won

    union all

    select
        'spend_equals_raw' as check_name,
        currencies.currency as subject,
        raw_ledger.amount as expected_amount,
        spent_in_marts.amount as actual_amount
    from currencies
    left join raw_ledger on currencies.currency = raw_ledger.currency
    left join spent_in_marts on currencies.currency = spent_in_marts.currency

    union all

    select
        'drivers_equal_aes' as check_name,
        'all accounts' as subject,
        (select sum(aes) from engagement) as expected_amount,
        (select sum(contribution) from drivers) as actual_amount
),

final as (
    select
        check_name,
        subject,
        cast(coalesce(expected_amount, 0) as {{ type_decimal(6) }}) as expected_amount,
        cast(coalesce(actual_amount, 0) as {{ type_decimal(6) }}) as actual_amount,
        cast(
            coalesce(actual_amount, 0) - coalesce(expected_amount, 0) as {{ type_decimal(6) }}
        ) as difference
    from checks
)

select * from final
