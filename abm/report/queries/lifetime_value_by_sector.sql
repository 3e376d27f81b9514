with stand_ins as (
    select
        coalesce(sector, 'all') as sector,
        count(*) as n_on_stand_in
    from marts.fct_customer_value
    inner join marts.dim_accounts as accounts using (account_id, sector)
    where is_abm_customer and accounts.is_benchmark_fallback
    group by grouping sets ((sector), ())
)

select
    sector,
    lifetime_values.n_customers,
    coalesce(stand_ins.n_on_stand_in, 0) as n_on_stand_in,
    lifetime_values.year_1_revenue_avg,
    lifetime_values.retention_rate,
    lifetime_values.expansion_multiplier,
    lifetime_values.n_retention,
    lifetime_values.n_expansion,
    lifetime_values.new_customers,
    lifetime_values.n_observations,
    lifetime_values.is_reliable,
    lifetime_values.is_retention_reliable,
    lifetime_values.is_expansion_reliable,
    lifetime_values.is_cac_reliable,
    lifetime_values.clv_net,
    lifetime_values.benchmark_clv,
    lifetime_values.cac,
    lifetime_values.clv_cac_ratio,
    lifetime_values.minimum_ratio,
    lifetime_values.reason,
    case
        when scorecard.status = 'too_early' then 'too_early'
        when lifetime_values.clv_cac_ratio is not null and not lifetime_values.is_reliable
            then 'too_few'
        when lifetime_values.is_on_target then 'on_target'
        when not lifetime_values.is_on_target then 'below'
        else 'no_data'
    end as status,
    lifetime_values.is_total,
    coalesce(stand_ins.n_on_stand_in = lifetime_values.n_customers, false)
    and not lifetime_values.is_total as is_on_stand_in
from marts.rpt_customer_lifetime_value as lifetime_values
inner join audit.audit_settings using (as_of_on)
left join marts.rpt_kpi_scorecard as scorecard
    on
        scorecard.kpi = 'clv_cac_ratio'
        and scorecard.month_on = date_trunc('month', lifetime_values.as_of_on)
left join stand_ins using (sector)
where lifetime_values.programme = 'abm'
order by lifetime_values.is_total, sector
