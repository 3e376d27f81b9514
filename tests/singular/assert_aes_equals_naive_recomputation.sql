-- The score of every account, computed again from the published facts in the plainest way: one
-- subquery a component, the coefficients and the window as the definition states them.
with touches as (
    select
        touchpoint_id,
        account_id,
        person_id,
        coalesce(nullif(person_id, 'unknown'), visitor_id) as consumer_id,
        case
            when content_asset_id <> 'unknown' then content_asset_id
            when campaign_id <> 'unknown' then campaign_id
            else source_record_id
        end as item,
        content_depth,
        aes_weight,
        is_engagement,
        is_machine,
        is_capped
    from {{ ref('fct_touchpoints') }}
    where
        {{ dbt.datediff('occurred_on', as_of_date(), 'day') }} between 0 and 89
),

recomputed as (
    select
        accounts.account_id,
        (
            select coalesce(sum(touches.aes_weight), 0)
            from touches
            where touches.account_id = accounts.account_id and touches.is_engagement
        )
        + 2 * (
            select count(distinct touches.person_id)
            from touches
            where
                touches.account_id = accounts.account_id
                and touches.is_engagement
                and not touches.is_machine
                and not touches.is_capped
                and touches.person_id <> 'unknown'
        )
        + 1.5 * (
            select coalesce(sum(items.content_depth), 0)
            from (
                select max(touches.content_depth) as content_depth
                from touches
                where touches.account_id = accounts.account_id and touches.content_depth > 0
                group by touches.consumer_id, touches.item
            ) as items
        )
        + 3 * (
            select count(distinct signals.signal_key)
            from {{ ref('fct_intent_signals') }} as signals
            where
                signals.account_id = accounts.account_id
                and {{ dbt.datediff('signals.occurred_on', as_of_date(), 'day') }} between 0 and 89
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
