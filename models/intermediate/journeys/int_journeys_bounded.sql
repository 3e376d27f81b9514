-- From when to when touches belong to the journey of a won deal.
with opportunities as (
    select * from {{ ref('int_opportunities_valued') }}
    where opportunity_type in ('new_business', 'expansion') and account_id is not null
),

-- Deals won on one day share their journey; an earlier win ends the journeys before it.
previous_wins as (
    select
        opportunities.opportunity_id,
        max(wins.closed_on) as previous_won_on
    from opportunities
    inner join opportunities as wins
        on
            opportunities.account_id = wins.account_id
            and opportunities.opportunity_id <> wins.opportunity_id
            and wins.is_won
            and wins.closed_on < opportunities.created_on
    group by opportunities.opportunity_id
),

final as (
    select
        opportunities.opportunity_id,
        opportunities.account_id,
        {{ days_after(
            'opportunities.created_on', '-' ~ var('attribution_lookback_days')
        ) }} as lookback_from_on,
        previous_wins.previous_won_on,
        opportunities.closed_at as journey_ends_at
    from opportunities
    left join previous_wins on opportunities.opportunity_id = previous_wins.opportunity_id
    where opportunities.is_won
)

select * from final
