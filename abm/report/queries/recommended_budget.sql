select
    channel,
    channels.label_en,
    channels.label_fr,
    budgets.return_on_spend_ratio,
    budgets.weighted_opportunities,
    budgets.is_reliable,
    budgets.utilisation_rate,
    budgets.crm_cost_without_ledger,
    budgets.current_budget,
    budgets.recommended_budget,
    budgets.change_ratio,
    budgets.rationale_en,
    budgets.rationale_fr
from marts.rpt_budget_allocation as budgets
left join marts.dim_channels as channels using (channel)
order by budgets.recommended_budget - budgets.current_budget desc nulls last, channel
