-- A removed channel ends the journeys that come to it. The matrix of one step is squared until it
-- is that of 2 ^ 20 steps, more than any journey has, in decimals of 17 places, whose sums do not
-- depend on the order. Won and lost lead to themselves, so that is where everything ends up.
{{ config(materialized='table') }}

{% set squarings = 20 %}
{% set probability = type_decimal(17, 18) %}

with transitions as (
    select * from {{ ref('int_channel_transitions') }}
),

departures as (
    select
        from_state,
        sum(n_transitions) as n_departures
    from transitions
    group by from_state
),

removals as (
    select distinct from_state as removed_state
    from transitions
    where from_state <> 'start'

    union all

    select 'nothing' as removed_state
),

outcomes as (
    select 'won' as state
    union all
    select 'lost' as state
),

steps as (
    select
        removals.removed_state,
        transitions.from_state,
        case
            when transitions.to_state = removals.removed_state then 'lost'
            else transitions.to_state
        end as to_state,
        cast(transitions.n_transitions as {{ type_double() }})
        / cast(departures.n_departures as {{ type_double() }}) as probability
    from removals
    inner join transitions on removals.removed_state <> transitions.from_state
    inner join departures on transitions.from_state = departures.from_state

    union all

    select
        removals.removed_state,
        outcomes.state as from_state,
        outcomes.state as to_state,
        1 as probability
    from removals
    cross join outcomes
),

steps_0 as (
    select
        removed_state,
        from_state,
        to_state,
        cast(sum({{ double_as_decimal('probability', 17, 18) }}) as {{ probability }})
            as probability
    from steps
    group by removed_state, from_state, to_state
),
{{ squared_steps('steps_0', squarings, probability) }}
absorbed as (
    select
        removals.removed_state,
        coalesce(ends.probability, 0) as conversion_probability
    from removals
    left join ends
        on
            removals.removed_state = ends.removed_state
            and ends.from_state = 'start'
            and ends.to_state = 'won'
),

-- Rounded to 12 places, so that what is shared by it does not depend on the last bit.
final as (
    select
        absorbed.removed_state,
        case
            when absorbed.removed_state <> 'nothing'
                then substr(absorbed.removed_state, length('channel ') + 1)
        end as channel,
        absorbed.conversion_probability,
        case
            when whole_chain.conversion_probability > 0
                then {{ double_as_decimal(
                    '1 - cast(absorbed.conversion_probability as ' ~ type_double() ~ ') '
                    ~ '/ cast(whole_chain.conversion_probability as ' ~ type_double() ~ ')', 12
                ) }}
        end as removal_effect
    from absorbed
    inner join absorbed as whole_chain on whole_chain.removed_state = 'nothing'
)

select * from final
