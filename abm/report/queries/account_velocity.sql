select
    velocities.entity_id as page_id,
    velocities.as_of_on,
    velocities.n_advanced,
    velocities.avg_deal_size,
    velocities.avg_cycle_days,
    velocities.cycle_basis,
    velocities.velocity_monthly,
    velocities.velocity_reason,
    velocities.is_reliable
from marts.rpt_pipeline_velocity as velocities
inner join audit.audit_settings using (as_of_on)
where velocities.entity_type = 'account'
order by velocities.entity_id
