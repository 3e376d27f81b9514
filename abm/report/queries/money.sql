-- What the program cost and brought in the last 365 days, and what the next month should bring.
with returns as (
    select * from marts.rpt_abm_roi
    where period = 'trailing_365_days' and is_total
),

ranked as (
    select
        *,
        row_number() over (order by abm_roi_pct, roi_basis) as lowest_rank,
        row_number() over (order by abm_roi_pct desc, roi_basis) as highest_rank
    from returns
    where abm_roi_pct is not null
),

deals as (
    select * from marts.fct_opportunities
    where opportunity_type <> 'renewal'
),

created as (
    select
        count(*) filter (where sourcing_class = 'sourced') as n_sourced,
        sum(amount) filter (where sourcing_class = 'sourced') as sourced_amount,
        sum(amount) as amount
    from deals
    cross join audit.audit_settings as settings
    where deals.created_on > settings.as_of_on - 365 and deals.created_on <= settings.as_of_on
),

won as (
    select
        count(*) filter (where sourcing_class = 'sourced') as n_sourced,
        sum(amount) as amount
    from deals
    cross join audit.audit_settings as settings
    where
        deals.is_won
        and deals.closed_on > settings.as_of_on - 365
        and deals.closed_on <= settings.as_of_on
),

next_month as (
    select * from marts.rpt_revenue_forecast
    where method = 'recommended' and horizon_months = 1
)

select
    sourced.period,
    sourced.investment,
    to_date.investment as investment_to_date,
    sourced.revenue,
    sourced.abm_roi_pct,
    sourced.roi_reason,
    lowest.abm_roi_pct as lowest_roi_pct,
    lowest.roi_basis as lowest_roi_basis,
    case when lowest.is_estimate_below_zero then lowest.revenue end as lowest_estimate,
    highest.abm_roi_pct as highest_roi_pct,
    highest.roi_basis as highest_roi_basis,
    created.n_sourced as n_pipeline_sourced,
    created.sourced_amount as pipeline_sourced,
    created.amount as pipeline_created,
    won.n_sourced as n_won_sourced,
    won.amount as won_amount,
    next_month.forecast_month_on,
    next_month.method,
    next_month.expected_amount,
    next_month.forecast_reason,
    next_month.low_80,
    next_month.high_80
from audit.audit_settings as settings
cross join created
cross join won
left join next_month on settings.as_of_on is not null
left join returns as sourced on sourced.roi_basis = 'sourced'
left join marts.rpt_abm_roi as to_date
    on
        to_date.period = 'programme_to_date'
        and to_date.is_total
        and to_date.roi_basis = 'sourced'
left join ranked as lowest
    on lowest.lowest_rank = 1
left join ranked as highest
    on highest.highest_rank = 1
