with removals as (
    select * from {{ ref('int_channel_removals') }}
),

journey_channels as (
    select * from {{ ref('int_journey_channel_shares') }}
    where attribution_basis = 'revenue'
),

opportunities as (
    select * from {{ ref('fct_opportunities') }}
    where opportunity_type in ('new_business', 'expansion')
),

credits as (
    select * from {{ ref('fct_attribution_models') }}
    where
        attribution_model = 'shapley'
        and attribution_basis = 'revenue'
        and channel <> 'unattributed'
),

journeys as (
    select
        journey_channels.channel,
        count(*) as n_journeys,
        sum(case when opportunities.is_won then 1 else 0 end) as n_journeys_won
    from journey_channels
    inner join opportunities on journey_channels.opportunity_id = opportunities.opportunity_id
    group by journey_channels.channel
),

credited as (
    select
        channel,
        sum(attributed_amount) as shapley_amount
    from credits
    group by channel
),

effects as (
    select
        removals.channel,
        journeys.n_journeys,
        journeys.n_journeys_won,
        removals.removal_effect,
        coalesce(credited.shapley_amount, 0) as shapley_amount
    from removals
    inner join journeys on removals.channel = journeys.channel
    left join credited on removals.channel = credited.channel
),

totals as (
    select
        sum(removal_effect) as removal_effect,
        sum(shapley_amount) as shapley_amount
    from effects
),

final as (
    select
        {{ as_of_date() }} as as_of_on,
        effects.channel,
        cast(effects.n_journeys as integer) as n_journeys,
        cast(effects.n_journeys_won as integer) as n_journeys_won,
        {{ has_enough('deals', 'effects.n_journeys') }} as is_reliable,
        effects.removal_effect,
        cast(totals.removal_effect as {{ type_decimal(12) }}) as removal_effect_of_all,
        {{ share_of('effects.removal_effect', 'totals.removal_effect') }} as markov_global_share,
        case
            when effects.removal_effect is null then 'no_won_journey'
            when totals.removal_effect = 0 then 'no_removal_effect'
        end as markov_reason,
        cast(effects.shapley_amount as {{ type_decimal(2) }}) as shapley_amount,
        cast(totals.shapley_amount as {{ type_decimal(2) }}) as shapley_amount_of_all,
        {{ share_of('effects.shapley_amount', 'totals.shapley_amount') }} as shapley_share,
        case when totals.shapley_amount = 0 then 'no_credit' end as shapley_reason
    from effects
    cross join totals
)

select * from final
