-- Basis revenue: up to the close, for won and for lost ones, which the chain of channels needs too.
-- Basis pipeline: up to the creation.
with accounts as (
    select * from {{ ref('int_journey_accounts') }}
),

opportunities as (
    select
        opportunities.*,
        accounts.journey_account_id
    from {{ ref('int_opportunities_now') }} as opportunities
    inner join accounts on opportunities.account_id = accounts.account_id
),

-- Deals won on one day share their journey; an earlier win ends the journeys before it.
previous_wins as (
    select
        opportunities.opportunity_id,
        max(wins.closed_on) as previous_won_on
    from opportunities
    inner join opportunities as wins
        on
            opportunities.journey_account_id = wins.journey_account_id
            and opportunities.opportunity_id <> wins.opportunity_id
            and wins.is_won
            and wins.opportunity_type in ('new_business', 'expansion')
            and wins.closed_on < opportunities.created_on
    group by opportunities.opportunity_id
),

bounded as (
    select
        opportunity_id,
        'revenue' as attribution_basis,
        journey_account_id,
        created_on,
        created_at,
        closed_at as journey_ends_at
    from opportunities
    where is_won or is_lost

    union all

    select
        opportunity_id,
        'pipeline' as attribution_basis,
        journey_account_id,
        created_on,
        created_at,
        created_at as journey_ends_at
    from opportunities
),

final as (
    select
        bounded.opportunity_id,
        bounded.attribution_basis,
        bounded.journey_account_id,
        {{ days_after(
            'bounded.created_on', '-' ~ var('attribution_lookback_days')
        ) }} as lookback_from_on,
        previous_wins.previous_won_on,
        bounded.created_at,
        bounded.journey_ends_at
    from bounded
    left join previous_wins on bounded.opportunity_id = previous_wins.opportunity_id
)

select * from final
