-- With nothing removed, the chain of channels ends won as often as the journeys it was made of.
{{ config(group='attribution') }}
with journeys as (
    select
        opportunities.opportunity_id,
        case when opportunities.is_won then 1 else 0 end as n_won
    from {{ ref('int_opportunities_now') }} as opportunities
    inner join {{ ref('int_journeys') }} as journeys
        on opportunities.opportunity_id = journeys.opportunity_id
    where
        opportunities.opportunity_type in ('new_business', 'expansion')
        and journeys.attribution_basis = 'revenue'
        and journeys.n_touches > 0
),

observed as (
    select
        count(*) as n_journeys,
        sum(n_won) as n_won
    from journeys
),

absorbed as (
    select conversion_probability
    from {{ ref('int_channel_removals') }}
    where removed_state = 'nothing'
)

select
    observed.n_journeys,
    observed.n_won,
    absorbed.conversion_probability
from observed
cross join absorbed
where
    observed.n_journeys > 0
    and abs(
        cast(absorbed.conversion_probability as {{ type_double() }})
        - cast(observed.n_won as {{ type_double() }}) / observed.n_journeys
    ) > 1e-9
