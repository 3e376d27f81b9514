select
    as_of_on,
    n_advanced,
    avg_deal_size,
    avg_cycle_days,
    velocity_monthly,
    velocity_reason,
    is_reliable,
    win_rate,
    n_won + n_lost as n_closed,
    is_win_rate_reliable,
    velocity_monthly_win_adjusted,
    is_reliable and is_win_rate_reliable as is_win_adjusted_reliable
from marts.rpt_pipeline_velocity
where entity_type = 'all'
order by as_of_on desc
limit 2
