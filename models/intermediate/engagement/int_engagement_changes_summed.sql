-- What enters and leaves the score of an account on a day. Every item adds its value on its day and
-- takes it back when it leaves the window, so that one running sum gives the score of every day.
with touchpoints as (
    select * from {{ ref('int_touchpoints_scored') }}
    where account_id is not null and is_counted_engagement
),

intent_signals as (
    select * from {{ ref('int_intent_signals_keyed') }}
    where account_id is not null
),

content_depths as (
    select * from {{ ref('int_content_depths_held') }}
),

daily_touches as (
    select
        account_id,
        occurred_on,
        sum(aes_weight) as touchpoint_score,
        sum(engagement_points) as engagement_points
    from touchpoints
    group by account_id, occurred_on
),

-- People and signals count once however often they return: they enter when the last return is out
-- of the window, and leave when no further return is within it.
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

item_changes as (
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
),

changes as (
    select
        account_id,
        occurred_on as changed_on,
        touchpoint_score,
        0 as stakeholder_reach,
        0 as content_consumption,
        0 as intent_signals,
        engagement_points
    from daily_touches

    union all

    select
        account_id,
        {{ days_after('occurred_on', var('aes_window_days')) }} as changed_on,
        -touchpoint_score as touchpoint_score,
        0 as stakeholder_reach,
        0 as content_consumption,
        0 as intent_signals,
        -engagement_points as engagement_points
    from daily_touches

    union all

    select
        account_id,
        changed_on,
        0 as touchpoint_score,
        case when item_kind = 'person' then change else 0 end as stakeholder_reach,
        0 as content_consumption,
        case when item_kind = 'signal' then change else 0 end as intent_signals,
        0 as engagement_points
    from item_changes

    union all

    select
        account_id,
        held_from_on as changed_on,
        0 as touchpoint_score,
        0 as stakeholder_reach,
        content_depth as content_consumption,
        0 as intent_signals,
        0 as engagement_points
    from content_depths

    union all

    select
        account_id,
        held_to_on as changed_on,
        0 as touchpoint_score,
        0 as stakeholder_reach,
        -content_depth as content_consumption,
        0 as intent_signals,
        0 as engagement_points
    from content_depths
),

final as (
    select
        account_id,
        changed_on,
        cast(sum(touchpoint_score) as {{ type_decimal(4) }}) as touchpoint_score,
        cast(sum(stakeholder_reach) as integer) as stakeholder_reach,
        cast(sum(content_consumption) as {{ type_decimal(4) }}) as content_consumption,
        cast(sum(intent_signals) as integer) as intent_signals,
        cast(sum(engagement_points) as {{ type_decimal(4) }}) as engagement_points
    from changes
    where changed_on <= {{ as_of_date() }}
    group by account_id, changed_on
)

select * from final
where
    touchpoint_score <> 0
    or stakeholder_reach <> 0
    or content_consumption <> 0
    or intent_signals <> 0
    or engagement_points <> 0
