-- Shapley: the amount that journeys win whose channels all lie in a set is, for one journey, all or
-- nothing; so each of its channels contributes the same.
{{ config(materialized='table') }}

with touches as (
    select * from {{ ref('int_journey_touches') }}
),

removals as (
    select * from {{ ref('int_channel_removals') }}
),

channels as (
    select
        opportunity_id,
        attribution_basis,
        channel,
        count(*) as n_touches_of_channel
    from touches
    group by opportunity_id, attribution_basis, channel
),

measured as (
    select
        channels.*,
        coalesce(removals.removal_effect, 0) as removal_effect
    from channels
    left join removals on channels.channel = removals.channel
),

journeys as (
    select
        opportunity_id,
        attribution_basis,
        count(*) as n_channels,
        sum(n_touches_of_channel) as n_touches,
        sum(removal_effect) as removal_effects
    from measured
    group by opportunity_id, attribution_basis
),

final as (
    select
        measured.opportunity_id,
        measured.attribution_basis,
        measured.channel,
        measured.n_touches_of_channel,
        cast(1 as {{ type_double() }}) / journeys.n_channels as shapley_share,
        case
            when journeys.removal_effects > 0
                then cast(measured.removal_effect as {{ type_double() }})
                / cast(journeys.removal_effects as {{ type_double() }})
            else cast(measured.n_touches_of_channel as {{ type_double() }}) / journeys.n_touches
        end as markov_share
    from measured
    inner join journeys
        on
            measured.opportunity_id = journeys.opportunity_id
            and measured.attribution_basis = journeys.attribution_basis
)

select * from final
