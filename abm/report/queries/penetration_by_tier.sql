select
    account_size_tier,
    penetration.n_accounts,
    penetration.engaged_stakeholders,
    penetration.identified_stakeholders,
    penetration.apr_pct,
    penetration.apr_target_pct,
    penetration.n_on_target,
    penetration.is_total
from marts.rpt_penetration_by_tier as penetration
inner join audit.audit_settings using (as_of_on)
left join reference.account_size_tiers as tiers using (account_size_tier)
order by penetration.is_total, tiers.revenue_usd_lower nulls last
