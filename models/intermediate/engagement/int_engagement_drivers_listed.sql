-- What the score of the as-of day is made of, one row per account, component and item. Summed from
-- the touches of the window, on another path than the step function.
with touchpoints as (
    select * from {{ ref('int_touchpoints_scored') }}
    where
        account_id is not null
        and {{ is_in_trailing_days('occurred_on', var('aes_window_days')) }}
),

intent_signals as (
    select * from {{ ref('int_intent_signals_keyed') }}
    where
        account_id is not null
        and {{ is_in_trailing_days('occurred_on', var('aes_window_days')) }}
),

aes_coefficients as (
    select * from {{ ref('aes_coefficients') }}
),

interactions as (
    select
        account_id,
        'touchpoint_score' as component,
        interaction_type as driver,
        count(*) as n,
        sum(aes_weight) as units
    from touchpoints
    where is_counted_engagement
    group by account_id, interaction_type
),

people as (
    select
        account_id,
        'stakeholder_reach' as component,
        person_id as driver,
        count(*) as n,
        1 as units
    from touchpoints
    where is_counted_engagement and person_id is not null
    group by account_id, person_id
),

depths as (
    select
        account_id,
        content_item,
        consumer_id,
        max(content_depth) as content_depth
    from touchpoints
    where content_depth > 0
    group by account_id, content_item, consumer_id
),

content as (
    select
        account_id,
        'content_consumption' as component,
        content_item as driver,
        count(*) as n,
        sum(content_depth) as units
    from depths
    group by account_id, content_item
),

signals as (
    select
        account_id,
        'intent_signals' as component,
        signal_key as driver,
        count(*) as n,
        1 as units
    from intent_signals
    group by account_id, signal_key
),

unioned as (
    select * from interactions
    union all
    select * from people
    union all
    select * from content
    union all
    select * from signals
),

final as (
    select
        unioned.account_id,
        unioned.component,
        unioned.driver,
        unioned.n,
        cast(unioned.units * aes_coefficients.coefficient as {{ type_decimal(6) }}) as contribution
    from unioned
    inner join aes_coefficients on unioned.component = aes_coefficients.component
)

select * from final
