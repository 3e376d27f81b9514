select
    quarter_start_on,
    sourcing_class,
    n_opportunities,
    won_amount,
    is_total
from marts.rpt_revenue_walk
where
    quarter_start_on >= (
        select date_trunc('quarter', as_of_on) - interval 9 month from audit.audit_settings
    )
order by quarter_start_on desc, is_total, sourcing_class
