with trends as (
    select
        kpi,
        list(value order by month_on) as trend
    from marts.rpt_kpi_scorecard
    group by kpi
)

select
    kpi,
    definitions.label_en,
    definitions.label_fr,
    definitions.unit,
    scorecard.value,
    scorecard.reason,
    scorecard.previous_value,
    scorecard.change_ratio,
    scorecard.change_points,
    scorecard.n_observations,
    scorecard.is_reliable,
    scorecard.change_reason,
    scorecard.target,
    scorecard.status,
    trends.trend
from marts.rpt_kpi_scorecard as scorecard
inner join reference.kpi_definitions as definitions using (kpi)
inner join trends using (kpi)
where scorecard.month_on = (select max(month_on) from marts.rpt_kpi_scorecard)
order by definitions.display_order
