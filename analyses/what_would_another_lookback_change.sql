-- Revenue credited per channel as built, and as a shorter lookback or another share for the first
-- of two touches would credit it, in whole units of the reporting currency.
--
--   dbt show --limit 50 --select what_would_another_lookback_change \
--       --vars '{attribution_lookback_days: 90, two_touch_first_share: 0.5}'
--
-- The vars are those of the build, which this does not repeat: it takes the journeys as built and
-- leaves out what is too old, so for a lookback longer than the build's there is no answer. The
-- model is var attribution_model, if it needs nothing but the place of a touch.
{% set model = var('attribution_model') %}
{% set models = ['position_20_50_30', 'first_touch', 'last_touch', 'linear'] %}
{% if model not in models %}
{{ exceptions.raise_compiler_error(
    'Var attribution_model is ' ~ model ~ ': here it can be ' ~ models | join(', ') ~ '.'
) }}
{% endif %}

with opportunities as (
    select * from {{ ref('fct_opportunities') }}
    where is_won and opportunity_type in ('new_business', 'expansion')
),

journeys as (
    select * from {{ ref('int_journey_bounds') }}
    where attribution_basis = 'revenue'
),

touches as (
    select * from {{ ref('int_journey_touches') }}
    where attribution_basis = 'revenue'
),

credits as (
    select * from {{ ref('fct_attribution_models') }}
    where attribution_basis = 'revenue' and attribution_model = '{{ model }}'
),

starts as (
    select
        opportunities.opportunity_id,
        {{ days_after(
            'opportunities.created_on', '-' ~ var('attribution_lookback_days')
        ) }} as lookback_from_on,
        journeys.lookback_from_on as built_from_on
    from opportunities
    inner join journeys on opportunities.opportunity_id = journeys.opportunity_id
),

answerable as (
    select count(*) as n_journeys_too_short
    from starts
    where lookback_from_on < built_from_on
),

kept as (
    select
        touches.opportunity_id,
        touches.channel,
        row_number() over (
            partition by touches.opportunity_id order by touches.touch_number
        ) as touch_number,
        count(*) over (partition by touches.opportunity_id) as n_touches
    from touches
    inner join starts
        on
            touches.opportunity_id = starts.opportunity_id
            and touches.occurred_on >= starts.lookback_from_on
),

shared as (
    select
        opportunity_id,
        channel,
        {{ attribution_share(model) }} as share
    from kept
),

-- Credit as built is in whole cents per touch, which add up to more than a unit: the difference is
-- that of what was not rounded.
credited as (
    select
        credits.channel,
        credits.attributed_amount as credit_now,
        cast(credits.weight as {{ type_double() }}) * opportunities.amount as unrounded_now,
        0 as credit_then
    from credits
    inner join opportunities on credits.opportunity_id = opportunities.opportunity_id

    union all

    select
        coalesce(shared.channel, 'unattributed') as channel,
        0 as credit_now,
        0 as unrounded_now,
        coalesce(shared.share, 1) * opportunities.amount as credit_then
    from opportunities
    left join shared on opportunities.opportunity_id = shared.opportunity_id
),

summed as (
    select
        channel,
        coalesce(sum(credit_now), 0) as credit_now,
        coalesce(sum(unrounded_now), 0) as unrounded_now,
        coalesce(sum(credit_then), 0) as credit_then
    from credited
    group by channel
),

final as (
    select
        summed.channel,
        {{ double_as_decimal('summed.credit_now', 0) }} as credit_now,
        {{ double_as_decimal('summed.credit_then', 0) }} as credit_then,
        {{ double_as_decimal('summed.credit_then - summed.unrounded_now', 0) }} as difference,
        {{ double_as_decimal(percentage(
            '(summed.credit_then - summed.unrounded_now)', 'summed.credit_now'
        ), 1) }} as difference_pct
    from summed
    cross join answerable
    where answerable.n_journeys_too_short = 0
    order by summed.credit_now desc, summed.channel
)

select * from final
