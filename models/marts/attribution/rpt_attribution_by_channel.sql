with attribution_models as (
    select * from {{ ref('fct_attribution_models') }}
),

-- Credit without a touch has no touch month; the month of the deal's close stands in.
monthly as (
    select
        attribution_model,
        attribution_basis,
        cast({{ dbt.date_trunc('month', 'coalesce(touched_on, closed_on)') }} as date) as month_on,
        channel,
        sum(attributed_amount) as attributed_amount,
        sum(weight) as weighted_opportunities
    from attribution_models
    group by
        attribution_model, attribution_basis,
        cast({{ dbt.date_trunc('month', 'coalesce(touched_on, closed_on)') }} as date), channel
),

totals as (
    select
        attribution_model,
        attribution_basis,
        month_on,
        sum(attributed_amount) as attributed_amount
    from monthly
    group by attribution_model, attribution_basis, month_on
),

final as (
    select
        monthly.attribution_model,
        monthly.attribution_basis,
        monthly.month_on,
        monthly.channel,
        cast(coalesce(monthly.attributed_amount, 0) as {{ type_decimal(2) }}) as attributed_amount,
        cast(monthly.weighted_opportunities as {{ type_decimal(12) }}) as weighted_opportunities,
        cast(coalesce(totals.attributed_amount, 0) as {{ type_decimal(2) }})
            as attributed_amount_of_month,
        cast(monthly.attributed_amount as {{ type_double() }})
        / nullif(cast(totals.attributed_amount as {{ type_double() }}), 0) as share
    from monthly
    inner join totals
        on
            monthly.attribution_model = totals.attribution_model
            and monthly.attribution_basis = totals.attribution_basis
            and monthly.month_on = totals.month_on
)

select * from final
