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

models as (
    {{ attribution_models_and_bases() }}
),

attributed as (
    select
        models.attribution_model || ', ' || models.attribution_basis as subject,
        sum(attribution_models.attributed_amount) as amount
    from models
    left join attribution_models
        on
            models.attribution_model = attribution_models.attribution_model
            and models.attribution_basis = attribution_models.attribution_basis
    group by models.attribution_model, models.attribution_basis
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

-- Cast before the union: a sum has so many digits that the union would round the scores to cents.
checks as (
    select
        'attributed_equals_won' as check_name,
        attributed.subject,
        cast(won.amount as {{ type_decimal(6) }}) as expected_amount,
        cast(attributed.amount as {{ type_decimal(6) }}) as actual_amount
    from attributed
    cross join won

    union all

    select
        'spend_equals_raw' as check_name,
        currencies.currency as subject,
        cast(raw_ledger.amount as {{ type_decimal(6) }}) as expected_amount,
        cast(spent_in_marts.amount as {{ type_decimal(6) }}) as actual_amount
    from currencies
    left join raw_ledger on currencies.currency = raw_ledger.currency
    left join spent_in_marts on currencies.currency = spent_in_marts.currency

    union all

    select
        'drivers_equal_aes' as check_name,
        'all accounts' as subject,
        cast((select sum(aes) from engagement) as {{ type_decimal(6) }}) as expected_amount,
        cast((select sum(contribution) from drivers) as {{ type_decimal(6) }}) as actual_amount
),

final as (
    select
        check_name,
        subject,
        coalesce(expected_amount, 0) as expected_amount,
        coalesce(actual_amount, 0) as actual_amount,
        cast(
            coalesce(actual_amount, 0) - coalesce(expected_amount, 0) as {{ type_decimal(6) }}
        ) as difference
    from checks
)

select * from final
