select
    now.velocity_6_months_ago,
    now.velocity_6_month_change_ratio,
    now.velocity_6_month_change_reason,
    now.target_velocity_6_month_change_ratio,
    case
        when now.is_velocity_6_month_change_on_target then 'on_target'
        when not now.is_velocity_6_month_change_on_target then 'below'
    end as status,
    now.n_advanced,
    now.avg_deal_size,
    now.avg_cycle_days,
    six_months_ago.n_advanced as n_advanced_6_months_ago,
    six_months_ago.avg_deal_size as avg_deal_size_6_months_ago,
    six_months_ago.avg_cycle_days as avg_cycle_days_6_months_ago
from marts.rpt_pipeline_velocity as now
inner join audit.audit_settings as settings using (as_of_on)
left join marts.rpt_pipeline_velocity as six_months_ago
    on
        six_months_ago.is_total
        and six_months_ago.as_of_on
        = date_trunc('month', now.as_of_on) - interval 5 month - interval 1 day
where now.is_total
