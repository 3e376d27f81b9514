with stand_ins as (
    select
        coalesce(account_size_tier, 'all') as account_size_tier,
        count(*) as n_on_stand_in
    from marts.dim_accounts
    where is_abm_now and is_benchmark_fallback
    group by grouping sets ((account_size_tier), ())
)

select
    account_size_tier,
    penetration.n_accounts,
    coalesce(stand_ins.n_on_stand_in, 0) as n_on_stand_in,
    penetration.engaged_stakeholders,
    penetration.identified_stakeholders,
    penetration.apr_pct,
    penetration.is_reliable,
    penetration.apr_target_pct,
    penetration.n_on_target,
    penetration.is_total
from marts.rpt_penetration_by_tier as penetration
inner join audit.audit_settings using (as_of_on)
left join stand_ins using (account_size_tier)
left join reference.account_size_tiers as tiers using (account_size_tier)
order by penetration.is_total, tiers.revenue_usd_lower nulls last
