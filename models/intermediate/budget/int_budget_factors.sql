-- The factor with which the sum of budget * clamp(factor * return) over the channels is what there
-- was. That sum is piecewise linear in the factor, with a bend where a channel reaches a limit: it
-- is computed at every bend, and the factor interpolated between the two that it lies between. No
-- iteration.
with channels as (
    select
        cast(current_budget as {{ type_double() }}) as budget,
        return_on_spend_ratio
    from {{ ref('int_channel_budgets') }}
    where is_movable
),

totals as (
    select
        cast(sum(current_budget) as {{ type_double() }}) as budget,
        cast(
            sum(case when return_on_spend_ratio > 0 then current_budget else 0 end)
            as {{ type_double() }}
        ) as budget_with_return,
        cast(
            sum(case when return_on_spend_ratio > 0 then 0 else current_budget end)
            as {{ type_double() }}
        ) as budget_without_return
    from {{ ref('int_channel_budgets') }}
    where is_movable
),

limits as (
    select
        cast(1 - value_max as {{ type_double() }}) as lowest_ratio,
        cast(1 + value_max as {{ type_double() }}) as highest_ratio
    from {{ ref('benchmarks') }}
    where benchmark_id = 'budget_change_maximum'
),

bends as (
    select limits.lowest_ratio / channels.return_on_spend_ratio as factor
    from channels
    cross join limits
    where channels.return_on_spend_ratio > 0

    union distinct

    select limits.highest_ratio / channels.return_on_spend_ratio as factor
    from channels
    cross join limits
    where channels.return_on_spend_ratio > 0
),

summed as (
    select
        bends.factor,
        sum(
            channels.budget
            * {{ held_between(
                'bends.factor * channels.return_on_spend_ratio', 'limits.lowest_ratio',
                'limits.highest_ratio'
            ) }}
        ) as budget
    from bends
    cross join channels
    cross join limits
    group by bends.factor
),

bracket as (
    select
        max(case when summed.budget <= totals.budget then summed.factor end) as lower_factor,
        max(case when summed.budget <= totals.budget then summed.budget end) as lower_budget,
        min(case when summed.budget > totals.budget then summed.factor end) as upper_factor,
        min(case when summed.budget > totals.budget then summed.budget end) as upper_budget
    from summed
    cross join totals
),

-- Where even the last bend does not reach the sum, channels with a return are at their upper limit,
-- and those without share what is left.
final as (
    select
        limits.lowest_ratio,
        limits.highest_ratio,
        case
            when bracket.upper_factor is null then bracket.lower_factor
            when bracket.lower_factor is null then bracket.upper_factor
            else
                bracket.lower_factor
                + (bracket.upper_factor - bracket.lower_factor)
                * (totals.budget - bracket.lower_budget)
                / (bracket.upper_budget - bracket.lower_budget)
        end as factor,
        case
            when bracket.upper_factor is not null then limits.lowest_ratio
            else
                (totals.budget - limits.highest_ratio * totals.budget_with_return)
                / nullif(totals.budget_without_return, 0)
        end as ratio_without_return
    from bracket
    cross join totals
    cross join limits
)

select * from final
