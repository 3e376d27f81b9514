-- The score of the as-of date with older items weighing less: 2 ^ (-age in days / half-life). An
-- item that counts once, however often it returns, has the age of its newest date. Each item is
-- rounded to 6 places before it is summed, so that the sum does not depend on the order.
{% set half_life = var('aes_half_life_days') %}

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

coefficients as (
    select * from {{ ref('aes_coefficients') }}
),

items as (
    select
        account_id,
        'touchpoint_score' as component,
        aes_weight as units,
        occurred_on as newest_on
    from touchpoints
    where is_counted_engagement

    union all

    select
        account_id,
        'stakeholder_reach' as component,
        1 as units,
        max(occurred_on) as newest_on
    from touchpoints
    where is_counted_engagement and person_id is not null
    group by account_id, person_id

    union all

    select
        account_id,
        'content_consumption' as component,
        max(content_depth) as units,
        max(occurred_on) as newest_on
    from touchpoints
    where content_depth > 0
    group by account_id, consumer_id, content_item

    union all

    select
        account_id,
        'intent_signals' as component,
        1 as units,
        max(occurred_on) as newest_on
    from intent_signals
    group by account_id, signal_key
),

final as (
    select
        items.account_id,
        cast(sum(
            {% if half_life -%}
            {{ double_as_decimal(
                'cast(items.units * coefficients.coefficient as ' ~ type_double() ~ ') * '
                ~ decay('items.newest_on', half_life), 6
            ) }}
            {%- else -%}
            cast(null as {{ type_decimal(6) }})
            {%- endif %}
        ) as {{ type_decimal(6) }}) as aes_decayed
    from items
    inner join coefficients on items.component = coefficients.component
    group by items.account_id
)

select * from final
