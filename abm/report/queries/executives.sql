select
    account_executive_id as page_id,
    executives.account_executive_name,
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
    end as status,
    velocity.n_advanced,
    velocity.avg_deal_size,
    velocity.avg_cycle_days,
    velocity.cycle_basis
from marts.dim_account_executives as executives
cross join audit.audit_settings as settings
left join marts.rpt_pipeline_velocity as velocity
    on
        executives.account_executive_id = velocity.entity_id
        and velocity.entity_type = 'account_executive'
        and velocity.as_of_on = settings.as_of_on
where
    velocity.entity_id is not null
    or executives.account_executive_id in (
        select account_owner_id from marts.dim_accounts where is_abm_now
    )
    or executives.account_executive_id in (
        select executives.manager_id
        from marts.fct_alerts as alerts
        inner join marts.dim_account_executives as executives
            on alerts.account_executive_id = executives.account_executive_id
        where alerts.rule_id = 'velocity_below_target' and alerts.state = 'open'
    )
order by executives.account_executive_name, account_executive_id
