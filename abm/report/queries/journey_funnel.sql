select
    stages.label_en,
    stages.label_fr,
    funnel.n_reached,
    funnel.conversion_rate,
    funnel.conversion_reason,
    funnel.n_reached_previous,
    funnel.is_reliable,
    funnel.median_days_from_previous,
    funnel.median_days_reason
from marts.rpt_journey_funnel as funnel
inner join reference.journey_stages as stages using (stage)
where funnel.is_total
order by funnel.stage_order
