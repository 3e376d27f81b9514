-- To the cent, and no channel moves further than the benchmark allows. The limits are compared as
-- amounts, because a ratio of cents cannot be exactly on them.
with allocation as (
    select * from {{ ref('rpt_budget_allocation') }}
),

limits as (
    select value_max as change_maximum
    from {{ ref('benchmarks') }}
    where benchmark_id = 'budget_change_maximum'
)

select
    'all' as channel,
    sum(current_budget) as current_budget,
    sum(recommended_budget) as recommended_budget
from allocation
having sum(current_budget) <> sum(recommended_budget)

union all

select
    allocation.channel,
    allocation.current_budget,
    allocation.recommended_budget
from allocation
cross join limits
where
    (
        allocation.recommended_budget <> allocation.current_budget
        and (
            allocation.recommended_budget < allocation.current_budget * (1 - limits.change_maximum)
            or allocation.recommended_budget
            > allocation.current_budget * (1 + limits.change_maximum)
        )
    )
    or (allocation.recommended_budget is null) <> (allocation.current_budget is null)
