select
    account_size_tier,
    persona,
    penetration.identified_stakeholders,
    penetration.engaged_stakeholders,
    penetration.apr_pct,
    penetration.apr_reason,
    penetration.is_reliable
from marts.rpt_penetration_by_persona as penetration
left join reference.account_size_tiers as tiers using (account_size_tier)
where penetration.is_key_role
order by tiers.revenue_usd_lower nulls last, penetration.apr_pct nulls last, persona
