-- Every model is a column of the touch: what it needs of the journey and of the channel has been
-- aggregated, and comes back by a join. A deal without a touch has one row: all of it is
-- unattributed.
{{ config(materialized='table') }}

with opportunities as (
    select * from {{ ref('int_opportunities_now') }}
    where opportunity_type in ('new_business', 'expansion')
),

touches as (
    select * from {{ ref('int_journey_touches') }}
),

journeys as (
    select * from {{ ref('int_journeys') }}
),

channels as (
    select * from {{ ref('int_journey_channel_shares') }}
),

bases as (
    select 'revenue' as attribution_basis
    union all
    select 'pipeline' as attribution_basis
),

-- A number, because what follows sorts every touch by its deal ten times.
deals as (
    select
        opportunities.opportunity_id,
        opportunities.amount,
        bases.attribution_basis,
        cast(row_number() over (
            order by
                {{ binary_order('opportunities.opportunity_id') }},
                {{ binary_order('bases.attribution_basis') }}
        ) as integer) as deal_number
    from opportunities
    cross join bases
    where opportunities.is_won or bases.attribution_basis = 'pipeline'
),

rejoined as (
    select
        touches.opportunity_id,
        touches.attribution_basis,
        touches.touchpoint_id,
        touches.touch_number,
        journeys.n_touches,
        journeys.lead_creation_number,
        journeys.opportunity_creation_number,
        case when touches.attribution_basis = 'revenue' then journeys.n_touches end
            as close_number,
        {{ time_decay('touches.occurred_on', 'journeys.newest_on') }} as decay,
        journeys.decay as decay_of_journey,
        channels.n_touches_of_channel,
        channels.markov_share,
        channels.shapley_share
    from touches
    inner join journeys
        on
            touches.opportunity_id = journeys.opportunity_id
            and touches.attribution_basis = journeys.attribution_basis
    inner join channels
        on
            touches.opportunity_id = channels.opportunity_id
            and touches.attribution_basis = channels.attribution_basis
            and touches.channel = channels.channel
),

shared as (
    select
        opportunity_id,
        attribution_basis,
        touchpoint_id,
        touch_number,
        n_touches,
        {%- for model in attribution_models() %}
        {{ attribution_share(model) }} as {{ model }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from rejoined
),

final as (
    select
        deals.deal_number,
        deals.opportunity_id,
        deals.attribution_basis,
        deals.amount,
        coalesce(shared.touchpoint_id, 'unattributed') as touchpoint_id,
        cast(coalesce(shared.touch_number, 0) as integer) as touch_number,
        coalesce(shared.n_touches, 0) as n_touches,
        {%- for model in attribution_models() %}
        coalesce(shared.{{ model }}, 1) as {{ model }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from deals
    left join shared
        on
            deals.opportunity_id = shared.opportunity_id
            and deals.attribution_basis = shared.attribution_basis
)

select * from final
