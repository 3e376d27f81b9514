-- The score of every account, computed again from the published facts in the plainest way: one
-- subquery a component, as the definition states them. Who viewed an item is the one thing that the
-- facts do not show of strangers: an unknown address is one consumer, two unsigned views are two.

with consumers as (
    select
        touchpoint_id,
        consumer_id
    from {{ ref('int_touchpoints') }}
),

touches as (
    select
        published.*,
        consumers.consumer_id
    from {{ ref('fct_touchpoints') }} as published
    inner join consumers on published.touchpoint_id = consumers.touchpoint_id
    where
        {{ dbt.datediff('published.occurred_on', as_of_date(), 'day') }}
        between 0 and {{ var('aes_window_days') - 1 }}
),

signals as (
    select * from {{ ref('fct_intent_signals') }}
    where
        {{ dbt.datediff('occurred_on', as_of_date(), 'day') }}
        between 0 and {{ var('aes_window_days') - 1 }}
),

coefficients as (
    select * from {{ ref('aes_coefficients') }}
),

recomputed as (
    select
        accounts.account_id,
        (select coefficient from coefficients where component = 'touchpoint_score') * (
            select coalesce(sum(touches.aes_weight), 0)
            from touches
            where touches.account_id = accounts.account_id and touches.is_engagement
        )
        + (select coefficient from coefficients where component = 'stakeholder_reach') * (
            select count(distinct touches.person_id)
            from touches
            where
                touches.account_id = accounts.account_id
                and touches.is_engagement
                and not touches.is_machine
                and not touches.is_capped
                and touches.person_id <> 'unknown'
        )
        + (select coefficient from coefficients where component = 'content_consumption') * (
            select coalesce(sum(items.content_depth), 0)
            from (
                select max(touches.content_depth) as content_depth
                from touches
                where touches.account_id = accounts.account_id and touches.content_depth > 0
                group by touches.consumer_id, touches.content_item
            ) as items
        )
        + (select coefficient from coefficients where component = 'intent_signals') * (
            select count(distinct signals.signal_key)
            from signals
            where signals.account_id = accounts.account_id
        ) as aes
    from {{ ref('dim_accounts') }} as accounts
    where accounts.account_id <> 'unknown'
)

select
    recomputed.account_id,
    recomputed.aes as expected,
    engagement.aes as actual
from recomputed
full outer join {{ ref('fct_account_engagement') }} as engagement
    on recomputed.account_id = engagement.account_id
where abs(coalesce(recomputed.aes, -1) - coalesce(engagement.aes, -2)) > 0.000000001
