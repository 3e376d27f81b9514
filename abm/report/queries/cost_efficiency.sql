select
    abm_tier,
    n_accounts,
    investment,
    n_engaged_accounts,
    cost_per_engaged_account,
    cost_per_engaged_account_reason,
    n_mqa_in_period,
    cost_per_mqa,
    cost_per_mqa_reason,
    revenue_per_account,
    revenue_per_account_reason,
    is_cost_per_engaged_account_reliable,
    is_cost_per_mqa_reliable,
    is_revenue_per_account_reliable,
    is_total
from marts.rpt_cost_efficiency
order by
    is_total,
    list_position(['one_to_one', 'one_to_few', 'one_to_many'], abm_tier) nulls last,
    abm_tier
