select
    velocity.entity_id as account_executive_id,
    executives.account_executive_name,
    velocity.n_advanced,
    velocity.avg_deal_size,
    velocity.avg_cycle_days,
    velocity.velocity_monthly,
    velocity.velocity_reason,
    velocity.velocity_previous_month,
    velocity.target_velocity_monthly,
    velocity.target_fallback_share,
    velocity.is_reliable,
    case
        when not velocity.is_reliable and velocity.target_velocity_monthly is not null
            then 'too_few'
        when velocity.is_on_target then 'on_target'
        when not velocity.is_on_target then 'below'
    end as status
from marts.rpt_pipeline_velocity as velocity
cross join audit.audit_settings as settings
left join marts.dim_account_executives as executives
    on velocity.entity_id = executives.account_executive_id
where velocity.entity_type = 'account_executive' and velocity.as_of_on = settings.as_of_on
order by velocity.velocity_monthly desc nulls last, executives.account_executive_name
