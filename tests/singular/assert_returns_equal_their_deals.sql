-- What the return on investment counts, deal by deal: won in the programme by is_abm_at_close and
-- abm_tier_at_close, sourced by sourcing_class and abm_tier_at_creation, renewals in neither.
with deals as (
    select * from {{ ref('fct_opportunities') }}
    where is_won
),

counted as (
    select
        'all_abm_accounts' as roi_basis,
        {{ reported_abm_tier('abm_tier_at_close') }} as abm_tier,
        {{ quarter_label('closed_on') }} as period,
        amount
    from deals
    where is_abm_at_close and opportunity_type <> 'renewal'

    union all

    select
        'sourced' as roi_basis,
        {{ reported_abm_tier('abm_tier_at_creation') }} as abm_tier,
        {{ quarter_label('closed_on') }} as period,
        amount
    from deals
    where sourcing_class = 'sourced'
),

expected as (
    select
        roi_basis,
        abm_tier,
        period,
        coalesce(sum(amount), 0) as revenue
    from counted
    group by roi_basis, abm_tier, period
),

reported as (
    select
        roi_basis,
        abm_tier,
        period,
        revenue
    from {{ ref('rpt_abm_roi') }}
    where
        not is_total
        and roi_basis in ('all_abm_accounts', 'sourced')
        and period not in ('programme_to_date', 'trailing_365_days')
)

select
    coalesce(expected.roi_basis, reported.roi_basis) as roi_basis,
    coalesce(expected.abm_tier, reported.abm_tier) as abm_tier,
    coalesce(expected.period, reported.period) as period,
    expected.revenue as expected_revenue,
    reported.revenue as reported_revenue
from expected
full outer join reported
    on
        expected.roi_basis = reported.roi_basis
        and expected.abm_tier = reported.abm_tier
        and expected.period = reported.period
where coalesce(expected.revenue, 0) <> coalesce(reported.revenue, 0)
