-- Targets in whole cents that sum to what there was and stay within the limits of change. The
-- limits are rounded inwards to cents; the present budget always lies within, so there is a
-- solution. Every channel starts at its lower limit. What is missing fills the channels first up to
-- the cents of their targets (small budgets first: a cent less is least to a large one), then gives
-- one cent each by the largest remainder, then what is left to the largest that may take it.
-- 24 digits, because DuckDB keeps a product of decimals of 18 in 18.
with budgets as (
    select
        channel,
        cast(current_budget as {{ type_decimal(2, 24) }}) as budget
    from {{ ref('int_channel_budgets') }}
),

targets as (
    select * from {{ ref('int_targeted_budgets') }}
),

limits as (
    select value_max as change_maximum
    from {{ ref('benchmarks') }}
    where benchmark_id = 'budget_change_maximum'
),

bounded as (
    select
        targets.channel,
        cast(budgets.budget * 100 as {{ type_decimal(0) }}) as budget_cents,
        cast(targets.target_budget * 100 as {{ type_decimal(4, 24) }}) as target_cents,
        cast(
            ceil(budgets.budget * 100 * (1 - limits.change_maximum))
            as {{ type_decimal(0) }}
        ) as lowest_cents,
        cast(
            floor(budgets.budget * 100 * (1 + limits.change_maximum))
            as {{ type_decimal(0) }}
        ) as highest_cents
    from targets
    inner join budgets on targets.channel = budgets.channel
    cross join limits
),

floored as (
    select
        *,
        cast({{ held_between('floor(target_cents)', 'lowest_cents', 'highest_cents') }}
            as {{ type_decimal(0) }}) as floored_cents,
        target_cents - floor(target_cents) as remainder
    from bounded
),

steps as (
    select
        channel,
        1 as step,
        cast(budget_cents as {{ type_decimal(4, 24) }}) as step_order,
        floored_cents - lowest_cents as room
    from floored

    union all

    select
        channel,
        2 as step,
        cast(-remainder as {{ type_decimal(4, 24) }}) as step_order,
        case when floored_cents < highest_cents then 1 else 0 end as room
    from floored

    union all

    select
        channel,
        3 as step,
        cast(-budget_cents as {{ type_decimal(4, 24) }}) as step_order,
        case when floored_cents < highest_cents then highest_cents - floored_cents - 1 else 0 end
            as room
    from floored
),

queued as (
    select
        channel,
        room,
        sum(room) over (
            partition by 1
            order by step, step_order, {{ binary_order('channel') }}
            rows between unbounded preceding and current row
        ) - room as room_before
    from steps
),

missing as (
    select sum(budget_cents) - sum(lowest_cents) as cents
    from floored
),

given as (
    select
        queued.channel,
        sum({{ held_between('missing.cents - queued.room_before', '0', 'queued.room') }}) as cents
    from queued
    cross join missing
    group by queued.channel
),

final as (
    select
        floored.channel,
        cast(
            cast(floored.lowest_cents + given.cents as {{ type_decimal(0) }}) * 0.01
            as {{ type_decimal(2) }}
        ) as recommended_budget
    from floored
    inner join given on floored.channel = given.channel
)

select * from final
