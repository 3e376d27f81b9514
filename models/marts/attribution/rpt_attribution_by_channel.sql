with attribution_models as (
    select * from {{ ref('fct_attribution_models') }}
),

opportunities as (
    select * from {{ ref('fct_opportunities') }}
),

-- Credit without a touch has no touch month; that of the close or, on pipeline, the creation stands
-- in.
dated as (
    select
        attribution_models.*,
        cast({{ dbt.date_trunc('month', "coalesce(
            attribution_models.touched_on,
            case
                when attribution_models.attribution_basis = 'revenue' then opportunities.closed_on
                else opportunities.created_on
            end
        )") }} as date) as month_on
    from attribution_models
    inner join opportunities on attribution_models.opportunity_id = opportunities.opportunity_id
),

monthly as (
    select
        attribution_model,
        attribution_basis,
        month_on,
        channel,
        sum(attributed_amount) as attributed_amount,
        sum(weight) as weighted_opportunities
    from dated
    group by attribution_model, attribution_basis, month_on, channel
),

totals as (
    select
        attribution_model,
        attribution_basis,
        month_on,
        sum(attributed_amount) as attributed_amount,
        sum(weighted_opportunities) as weighted_opportunities
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
        cast(totals.weighted_opportunities as {{ type_decimal(12) }})
            as weighted_opportunities_of_month,
        cast(monthly.attributed_amount as {{ type_double() }})
        / nullif(cast(totals.attributed_amount as {{ type_double() }}), 0) as share,
        {{ has_enough('returns', 'totals.weighted_opportunities') }} as is_reliable
    from monthly
    inner join totals
        on
            monthly.attribution_model = totals.attribution_model
            and monthly.attribution_basis = totals.attribution_basis
            and monthly.month_on = totals.month_on
)

select * from final
