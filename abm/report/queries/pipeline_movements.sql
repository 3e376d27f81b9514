select
    this_week.change_type,
    this_week.n_opportunities,
    this_week.amount,
    last_week.n_opportunities as n_opportunities_last_week
from marts.rpt_pipeline_movements as this_week
cross join audit.audit_settings as settings
left join marts.rpt_pipeline_movements as last_week
    on
        this_week.change_type = last_week.change_type
        and last_week.week_start_on = this_week.week_start_on - interval 7 day
where this_week.week_start_on = date_trunc('week', settings.as_of_on)
order by
    list_position(
        [
            'created', 'advanced', 'won', 'lost', 'slipped', 'regressed', 'reopened', 'amount_up',
            'amount_down'
        ],
        this_week.change_type
    )
