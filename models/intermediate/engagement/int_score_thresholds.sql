-- The score above which a sector's accounts would best be called top: the one with the greatest
-- share of accounts with a new opportunity above it less the share of accounts without one
-- (Youden's J). None where fewer than 10 accounts had an opportunity; of equal ones the lowest.
{% set least_opportunities = 10 %}

with cohorts as (
    select * from {{ ref('int_score_cohorts') }}
),

scores as (
    select
        sector,
        horizon_days,
        aes,
        sum(has_opportunity) as n_with,
        sum(1 - has_opportunity) as n_without
    from cohorts
    group by sector, horizon_days, aes
),

above as (
    select
        sector,
        horizon_days,
        aes,
        sum(n_with) over (partition by sector, horizon_days) as n_with_in_all,
        sum(n_without) over (partition by sector, horizon_days) as n_without_in_all,
        sum(n_with) over (
            partition by sector, horizon_days order by aes desc
            rows between unbounded preceding and current row
        ) - n_with as n_with_above,
        sum(n_without) over (
            partition by sector, horizon_days order by aes desc
            rows between unbounded preceding and current row
        ) - n_without as n_without_above
    from scores
),

ranked as (
    select
        sector,
        horizon_days,
        aes,
        row_number() over (
            partition by sector, horizon_days
            order by
                n_with_above * n_without_in_all - n_without_above * n_with_in_all desc,
                aes
        ) as threshold_rank
    from above
    where n_with_in_all >= {{ least_opportunities }} and n_without_in_all > 0
),

final as (
    select
        sector,
        horizon_days,
        aes as suggested_upper_threshold
    from ranked
    where threshold_rank = 1
)

select * from final
