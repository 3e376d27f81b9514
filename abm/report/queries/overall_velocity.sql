select
    as_of_on,
    n_advanced,
    avg_deal_size,
    avg_cycle_days,
    velocity_monthly,
    velocity_reason,
    win_rate,
    velocity_monthly_win_adjusted
from marts.rpt_pipeline_velocity
where entity_type = 'all'
order by as_of_on desc
limit 2
