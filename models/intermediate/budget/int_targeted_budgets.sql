-- Budgets in proportion to the return, within the limits of change, that sum to what there was. The
-- sum of budget * clamp(factor * return) is piecewise linear in the factor, with a bend where a
-- channel reaches a limit: it is computed at every bend, and the factor interpolated between two.
with channels as (
    select
        channel,
        current_budget,
        case when return_on_spend_ratio > 0 then current_budget else 0 end as budget_with_return,
        case when return_on_spend_ratio > 0 then 0 else current_budget end as budget_without_return,
        cast(current_budget as {{ type_double() }}) as budget,
        return_on_spend_ratio
    from {{ ref('int_channel_budgets') }}
    where is_movable
),

totals as (
    select
        cast(sum(current_budget) as {{ type_double() }}) as budget,
        cast(sum(budget_with_return) as {{ type_double() }}) as budget_with_return,
        cast(sum(budget_without_return) as {{ type_double() }}) as budget_without_return
    from channels
),

limits as (
    select
        cast(1 - value_max as {{ type_double() }}) as lowest_ratio,
        cast(1 + value_max as {{ type_double() }}) as highest_ratio
    from {{ ref('benchmarks') }}
    where benchmark_id = 'budget_change_maximum'
),

bends as (
    {%- for limit in ('lowest_ratio', 'highest_ratio') %}
    select limits.{{ limit }} / channels.return_on_spend_ratio as factor
    from channels
    cross join limits
    where channels.return_on_spend_ratio > 0
    {%- if not loop.last %}

    union distinct
    {% endif %}
    {%- endfor %}
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
factors as (
    select
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
),

budgeted as (
    select
        channels.channel,
        channels.budget
        * case
            when channels.return_on_spend_ratio = 0 then factors.ratio_without_return
            else
                {{ held_between(
                    'factors.factor * channels.return_on_spend_ratio', 'limits.lowest_ratio',
                    'limits.highest_ratio'
                ) }}
        end as target_budget
    from channels
    cross join factors
    cross join limits
),

-- Rounded to 6 places, so that equal channels do not differ in the last bit.
final as (
    select
        channel,
        {{ double_as_decimal('target_budget', 6, 24) }} as target_budget
    from budgeted
)

select * from final
