-- Every item adds its value on its day and takes it back when it leaves the window, so that one
-- running sum gives the score of every day.
{{ config(materialized='table') }}

with touchpoints as (
    select * from {{ ref('int_touchpoints') }}
    where account_id is not null and is_counted_engagement
),

item_changes as (
    select * from {{ ref('int_engagement_item_changes') }}
),

content_depths as (
    select * from {{ ref('int_content_depths') }}
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
