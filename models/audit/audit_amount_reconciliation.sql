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

spent_in_raw as (
    select * from {{ ref('int_stated_spend') }}
),

credited as (
    select
        'revenue' as attribution_basis,
        sum(amount) as amount
    from opportunities
    where is_won and opportunity_type in ('new_business', 'expansion')

    union all

    select
        'pipeline' as attribution_basis,
        sum(amount) as amount
    from opportunities
    where opportunity_type in ('new_business', 'expansion')
),

-- The parts of the walk; a quarter that only one side knows differs from nothing.
walked as (
    select
        {{ quarter_label('quarter_start_on') }} as subject,
        0 as won_amount,
        won_amount as walked_amount
    from {{ ref('rpt_revenue_walk') }}
    where not is_total

    union all

    select
        {{ quarter_label('closed_on') }} as subject,
        amount as won_amount,
        0 as walked_amount
    from {{ ref('int_opportunities_now') }}
    where is_won
),

models as (
    {{ attribution_models_and_bases() }}
),

attributed as (
    select
        models.attribution_model || ', ' || models.attribution_basis as subject,
        models.attribution_basis,
        sum(attribution_models.attributed_amount) as amount
    from models
    left join attribution_models
        on
            models.attribution_model = attribution_models.attribution_model
            and models.attribution_basis = attribution_models.attribution_basis
    group by models.attribution_model, models.attribution_basis
),

spent_in_marts as (
    select
        source_system || ', ' || original_currency as subject,
        sum(original_amount) as amount
    from investments
    group by source_system, original_currency
),

subjects as (
    select subject from spent_in_raw
    union distinct
    select subject from spent_in_marts
),

-- Cast before the union: a sum has so many digits that the union would round the scores to cents.
checks as (
    select
        'attributed_equals_opportunities' as check_name,
        attributed.subject,
        cast(credited.amount as {{ type_decimal(6) }}) as expected_amount,
        cast(attributed.amount as {{ type_decimal(6) }}) as actual_amount
    from attributed
    inner join credited on attributed.attribution_basis = credited.attribution_basis

    union all

    select
        'spend_equals_raw' as check_name,
        subjects.subject,
        cast(spent_in_raw.amount as {{ type_decimal(6) }}) as expected_amount,
        cast(spent_in_marts.amount as {{ type_decimal(6) }}) as actual_amount
    from subjects
    left join spent_in_raw on subjects.subject = spent_in_raw.subject
    left join spent_in_marts on subjects.subject = spent_in_marts.subject

    union all

    select
        'walk_equals_crm' as check_name,
        subject,
        cast(sum(won_amount) as {{ type_decimal(6) }}) as expected_amount,
        cast(sum(walked_amount) as {{ type_decimal(6) }}) as actual_amount
    from walked
    group by subject

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
