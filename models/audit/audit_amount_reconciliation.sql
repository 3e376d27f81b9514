with attribution_models as (
    select * from {{ ref('fct_attribution_models') }}
),

opportunities as (
    select * from {{ ref('fct_opportunities') }}
),

engagement as (
    select * from {{ ref('fct_account_engagement') }}
),

drivers as (
    select * from {{ ref('fct_account_engagement_drivers') }}
),

spend as (
    select * from {{ ref('int_spend_by_source') }}
),

models as (
    {{ attribution_models_and_bases() }}
),

credited as (
    select
        models.attribution_model,
        models.attribution_basis,
        sum(opportunities.amount) as amount
    from models
    left join opportunities
        on
            opportunities.opportunity_type in ('new_business', 'expansion')
            and (opportunities.is_won or models.attribution_basis = 'pipeline')
    group by models.attribution_model, models.attribution_basis
),

attributed as (
    select
        attribution_model,
        attribution_basis,
        sum(attributed_amount) as amount
    from attribution_models
    group by attribution_model, attribution_basis
),

-- The parts of the walk against the deals' own rows; a quarter that only one side knows differs
-- from nothing.
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
    from {{ ref('int_won_opportunity_records') }}
),

-- Cast before the union: a sum has so many digits that the union would round the scores to cents.
checks as (
    select
        'attributed_equals_opportunities' as check_name,
        credited.attribution_model || ', ' || credited.attribution_basis as subject,
        cast(credited.amount as {{ type_decimal(6) }}) as expected_amount,
        cast(attributed.amount as {{ type_decimal(6) }}) as actual_amount
    from credited
    left join attributed
        on
            credited.attribution_model = attributed.attribution_model
            and credited.attribution_basis = attributed.attribution_basis

    union all

    select
        'spend_equals_raw' as check_name,
        subject,
        cast(stated_amount as {{ type_decimal(6) }}) as expected_amount,
        cast(published_amount as {{ type_decimal(6) }}) as actual_amount
    from spend

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
