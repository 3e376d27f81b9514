select
    channel,
    channels.label_en,
    channels.label_fr,
    returns.attributed_amount,
    returns.weighted_opportunities,
    returns.spend,
    returns.return_on_spend_ratio,
    returns.is_reliable,
    returns.reason,
    returns.crm_cost_without_ledger
from marts.rpt_return_on_spend as returns
inner join audit.audit_settings using (attribution_model)
left join marts.dim_channels as channels using (channel)
order by returns.attributed_amount desc nulls last, channel
