-- For every opportunity that has credit on a basis, and every model: weights sum to exactly 1,
-- amounts to the opportunity's to the cent, and none is missing.
with opportunities as (
    select * from {{ ref('fct_opportunities') }}
    where opportunity_type in ('new_business', 'expansion')
),

models as (
    {{ attribution_models_and_bases() }}
),

credits as (
    select
        opportunity_id,
        attribution_model,
        attribution_basis,
        sum(weight) as weight,
        sum(attributed_amount) as attributed_amount
    from {{ ref('fct_attribution_models') }}
    group by opportunity_id, attribution_model, attribution_basis
)

select
    opportunities.opportunity_id,
    models.attribution_model,
    models.attribution_basis,
    opportunities.amount,
    credits.weight,
    credits.attributed_amount
from opportunities
cross join models
left join credits
    on
        opportunities.opportunity_id = credits.opportunity_id
        and models.attribution_model = credits.attribution_model
        and models.attribution_basis = credits.attribution_basis
where
    (opportunities.is_won or models.attribution_basis = 'pipeline')
    and (
        credits.weight is null
        or credits.weight <> 1
        or coalesce(opportunities.amount, -1) <> coalesce(credits.attributed_amount, -1)
    )
