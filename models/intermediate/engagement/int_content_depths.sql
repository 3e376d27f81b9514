-- For which days which depth is the greatest that a consumer reached on an item within the
-- window: a sliding maximum. A view counts from its day until it leaves the window or an equal or
-- deeper one replaces it; where a deeper one still holds, only from the day that one leaves.
with touchpoints as (
    select * from {{ ref('int_touchpoints') }}
),

daily as (
    select
        account_id,
        consumer_id,
        content_item,
        occurred_on,
        max(content_depth) as content_depth
    from touchpoints
    where account_id is not null and content_depth > 0
    group by account_id, consumer_id, content_item, occurred_on
),

neighbours as (
    select
        daily.account_id,
        daily.consumer_id,
        daily.content_item,
        daily.occurred_on,
        daily.content_depth,
        max(
            case
                when others.occurred_on < daily.occurred_on then others.occurred_on
            end
        ) as last_deeper_on,
        min(
            case
                when others.occurred_on > daily.occurred_on then others.occurred_on
            end
        ) as next_as_deep_on
    from daily
    left join daily as others
        on
            daily.account_id = others.account_id
            and daily.consumer_id = others.consumer_id
            and daily.content_item = others.content_item
            and (
                (
                    others.occurred_on < daily.occurred_on
                    and others.content_depth > daily.content_depth
                )
                or (
                    others.occurred_on > daily.occurred_on
                    and others.content_depth >= daily.content_depth
                )
            )
    group by
        daily.account_id, daily.consumer_id, daily.content_item, daily.occurred_on,
        daily.content_depth
),

held as (
    select
        account_id,
        content_depth,
        case
            when {{ days_after('last_deeper_on', var('aes_window_days')) }} > occurred_on
                then {{ days_after('last_deeper_on', var('aes_window_days')) }}
            else occurred_on
        end as held_from_on,
        case
            when next_as_deep_on < {{ days_after('occurred_on', var('aes_window_days')) }}
                then next_as_deep_on
            else {{ days_after('occurred_on', var('aes_window_days')) }}
        end as held_to_on
    from neighbours
),

final as (
    select * from held
    where held_from_on < held_to_on
)

select * from final
