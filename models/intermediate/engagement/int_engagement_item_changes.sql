-- People and signals count once however often they return: they enter when the last return is out
-- of the window, and leave when no further return is within it.
with touchpoints as (
    select * from {{ ref('int_touchpoints') }}
    where account_id is not null and is_counted_engagement
),

intent_signals as (
    select * from {{ ref('int_intent_signals') }}
    where account_id is not null
),

distinct_items as (
    select distinct
        account_id,
        'person' as item_kind,
        person_id as item,
        occurred_on
    from touchpoints
    where person_id is not null

    union all

    select distinct
        account_id,
        'signal' as item_kind,
        signal_key as item,
        occurred_on
    from intent_signals
),

neighbours as (
    select
        account_id,
        item_kind,
        occurred_on,
        lag(occurred_on) over (
            partition by account_id, item_kind, item order by occurred_on
        ) as previous_on,
        lead(occurred_on) over (
            partition by account_id, item_kind, item order by occurred_on
        ) as next_on
    from distinct_items
),

final as (
    select
        account_id,
        item_kind,
        occurred_on as changed_on,
        1 as change
    from neighbours
    where
        previous_on is null
        or previous_on <= {{ days_after('occurred_on', -var('aes_window_days')) }}

    union all

    select
        account_id,
        item_kind,
        {{ days_after('occurred_on', var('aes_window_days')) }} as changed_on,
        -1 as change
    from neighbours
    where
        next_on is null
        or next_on >= {{ days_after('occurred_on', var('aes_window_days')) }}
)

select * from final
