-- The money of the programme to date per tier.
with costs as (
    select * from {{ ref('int_programme_costs') }}
    where period = 'programme_to_date' and not is_total
),

returns as (
    select * from {{ ref('int_programme_returns') }}
    where period = 'programme_to_date' and roi_basis = 'all_abm_accounts'
),

wins as (
    select * from {{ ref('int_stretch_wins') }}
    where is_in_programme and opportunity_type = 'expansion'
),

expansions as (
    select
        {{ reported_abm_tier('abm_tier') }} as abm_tier,
        sum(amount) as expansion_amount
    from wins
    group by {{ reported_abm_tier('abm_tier') }}
),

final as (
    select
        costs.abm_tier,
        costs.investment,
        coalesce(returns.revenue, 0) as revenue,
        coalesce(returns.pipeline_created, 0) as pipeline_amount,
        coalesce(expansions.expansion_amount, 0) as expansion_amount
    from costs
    left join returns on costs.abm_tier = returns.abm_tier
    left join expansions on costs.abm_tier = expansions.abm_tier
)

select * from final
