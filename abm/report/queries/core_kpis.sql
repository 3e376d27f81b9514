select
    kpi,
    definitions.label_en,
    definitions.label_fr,
    definitions.unit,
    definitions.is_higher_better,
    definitions.is_target_included,
    scorecard.value,
    scorecard.reason,
    scorecard.previous_value,
    scorecard.change_ratio,
    scorecard.change_points,
    scorecard.n_observations,
    scorecard.is_reliable,
    scorecard.target,
    scorecard.status,
    scorecard.numerator,
    scorecard.denominator
from marts.rpt_kpi_scorecard as scorecard
inner join reference.kpi_definitions as definitions using (kpi)
where scorecard.is_core_kpi
order by definitions.display_order, scorecard.month_on
