select
    sector,
    lifetime_values.n_customers,
    lifetime_values.clv_net,
    lifetime_values.benchmark_clv,
    lifetime_values.cac,
    lifetime_values.clv_cac_ratio,
    lifetime_values.minimum_ratio,
    lifetime_values.reason,
    case
        when lifetime_values.is_on_target then 'on_target'
        when not lifetime_values.is_on_target then 'below'
        else 'no_data'
    end as status,
    lifetime_values.is_total
from marts.rpt_customer_lifetime_value as lifetime_values
inner join audit.audit_settings using (as_of_on)
where lifetime_values.programme = 'abm'
order by lifetime_values.is_total, sector
