select
    as_of_on,
    velocity_monthly,
    velocity_monthly_win_adjusted
from marts.rpt_pipeline_velocity
where entity_type = 'all'
order by as_of_on
