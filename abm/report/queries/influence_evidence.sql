select
    sourcing_class,
    sum(n_opportunities) as n_opportunities,
    sum(n_accelerated) as n_accelerated,
    sum(n_accelerated) / nullif(sum(n_accelerated_known), 0) as accelerated_rate,
    sum(n_above_first_amount) as n_above_first_amount,
    sum(n_above_first_amount) / nullif(sum(n_above_first_amount_known), 0)
        as above_first_amount_rate,
    sum(n_enlarged) as n_enlarged
from marts.rpt_revenue_walk
where
    sourcing_class in ('sourced', 'influenced', 'untouched')
    and quarter_start_on >= (
        select date_trunc('quarter', as_of_on) - interval 9 month from audit.audit_settings
    )
group by sourcing_class
order by sourcing_class
