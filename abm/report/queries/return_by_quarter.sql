with quarters as (
    select
        *,
        dense_rank() over (order by period desc) as quarter_rank
    from marts.rpt_abm_roi
    where is_total and contains(period, '-Q')
)

select
    quarters.roi_basis,
    make_date(
        cast(left(quarters.period, 4) as integer),
        3 * cast(right(quarters.period, 1) as integer) - 2,
        1
    ) as quarter_start_on,
    quarters.investment,
    quarters.revenue,
    case when not quarters.is_estimate_below_zero then quarters.abm_roi_pct end as abm_roi_pct,
    case when quarters.is_estimate_below_zero then 'estimate_below_zero' else quarters.roi_reason end
        as roi_reason,
    quarters.weighted_opportunities,
    quarters.is_reliable,
    quarters.evidence_grade
from quarters
inner join reference.labels as bases
    on bases.domain = 'roi_basis' and quarters.roi_basis = bases.code
where quarters.quarter_rank <= 8
order by quarters.roi_basis <> 'sourced', bases.sort_order, quarters.period desc
