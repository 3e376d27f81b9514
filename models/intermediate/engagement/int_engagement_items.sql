-- A table: the score's drivers and its decayed form both read it.
{{ config(materialized='table') }}

with touchpoints as (
    select * from {{ ref('int_touchpoints') }}
    where
        account_id is not null
        and {{ is_in_trailing_days('occurred_on', var('aes_window_days')) }}
),

intent_signals as (
    select * from {{ ref('int_intent_signals') }}
    where
        account_id is not null
        and {{ is_in_trailing_days('occurred_on', var('aes_window_days')) }}
),

touches as (
    select
        account_id,
        'touchpoint_score' as component,
        interaction_type as driver,
        occurred_on as newest_on,
        count(*) as n,
        sum(aes_weight) as units
    from touchpoints
    where is_counted_engagement
    group by account_id, interaction_type, occurred_on
),

people as (
    select
        account_id,
        'stakeholder_reach' as component,
        person_id as driver,
        max(occurred_on) as newest_on,
        count(*) as n,
        1 as units
    from touchpoints
    where is_counted_engagement and person_id is not null
    group by account_id, person_id
),

content as (
    select
        account_id,
        'content_consumption' as component,
        content_item as driver,
        max(occurred_on) as newest_on,
        1 as n,
        max(content_depth) as units
    from touchpoints
    where content_depth > 0
    group by account_id, content_item, consumer_id
),

signals as (
    select
        account_id,
        'intent_signals' as component,
        signal_key as driver,
        max(occurred_on) as newest_on,
        count(*) as n,
        1 as units
    from intent_signals
    group by account_id, signal_key
),

final as (
    select * from touches
    union all
    select * from people
    union all
    select * from content
    union all
    select * from signals
)

select * from final
