-- What had entered the window by every moment of the day, people, signals and depths once: at the
-- end of the day it is the day's score. What happens at one moment counts together.
with touchpoints as (
    select
        account_id,
        occurred_at,
        occurred_on,
        case when is_counted_engagement then aes_weight else 0 end as aes_weight,
        case when is_counted_engagement then person_id end as person_id,
        consumer_id,
        content_item,
        coalesce(content_depth, 0) as content_depth
    from {{ ref('int_touchpoints') }}
    where is_counted_engagement or content_depth > 0
),

compared as (
    select
        crossings.account_id,
        crossings.crossed_on,
        touchpoints.occurred_at,
        touchpoints.aes_weight,
        touchpoints.person_id,
        touchpoints.content_depth,
        row_number() over (
            partition by crossings.account_id, crossings.crossed_on, touchpoints.person_id
            order by touchpoints.occurred_at
        ) as person_touch_number,
        max(touchpoints.content_depth) over (
            partition by
                crossings.account_id, crossings.crossed_on, touchpoints.consumer_id,
                touchpoints.content_item
            order by touchpoints.occurred_at
            rows between unbounded preceding and 1 preceding
        ) as previous_depth
    from {{ ref('int_score_crossings') }} as crossings
    inner join touchpoints
        on
            crossings.account_id = touchpoints.account_id
            and {{ is_in_trailing_days(
                'touchpoints.occurred_on', var('aes_window_days'), 'crossings.crossed_on'
            ) }}
),

entries as (
    select
        account_id,
        crossed_on,
        occurred_at,
        aes_weight as touchpoint_score,
        case when person_id is not null and person_touch_number = 1 then 1 else 0 end
            as stakeholder_reach,
        case
            when previous_depth is null then content_depth
            when content_depth > previous_depth then content_depth - previous_depth
            else 0
        end as content_consumption,
        0 as intent_signals
    from compared

    union all

    select
        crossings.account_id,
        crossings.crossed_on,
        min(intent_signals.occurred_at) as occurred_at,
        0 as touchpoint_score,
        0 as stakeholder_reach,
        0 as content_consumption,
        1 as intent_signals
    from {{ ref('int_score_crossings') }} as crossings
    inner join {{ ref('int_intent_signals') }} as intent_signals
        on
            crossings.account_id = intent_signals.account_id
            and {{ is_in_trailing_days(
                'intent_signals.occurred_on', var('aes_window_days'), 'crossings.crossed_on'
            ) }}
    group by crossings.account_id, crossings.crossed_on, intent_signals.signal_key
),

accumulated as (
    select
        account_id,
        crossed_on,
        occurred_at,
        {%- for component in (
            'touchpoint_score', 'stakeholder_reach', 'content_consumption', 'intent_signals'
        ) %}
        sum(sum({{ component }})) over (
            partition by account_id, crossed_on
            order by occurred_at
            rows between unbounded preceding and current row
        ) as {{ component }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from entries
    group by account_id, crossed_on, occurred_at
),

final as (
    select
        crossings.account_id,
        crossings.crossed_on,
        min(accumulated.occurred_at) as crossed_at
    from {{ ref('int_score_crossings') }} as crossings
    inner join accumulated
        on
            crossings.account_id = accumulated.account_id
            and crossings.crossed_on = accumulated.crossed_on
            and crossings.crossed_on = {{ date_of('accumulated.occurred_at') }}
    cross join ({{ aes_coefficients() }}) as coefficients
    where
        round({{ account_engagement_score('accumulated', 'coefficients') }}, 4)
        > crossings.upper_threshold
        and accumulated.stakeholder_reach >= crossings.minimum_people
    group by crossings.account_id, crossings.crossed_on
)

select * from final
