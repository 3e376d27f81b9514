select
    returns.campaign_group_name,
    returns.attributed_amount,
    returns.weighted_opportunities,
    returns.spend,
    returns.return_on_spend_ratio,
    returns.is_reliable,
    returns.return_on_spend_reason
from marts.rpt_attribution_by_campaign as returns
inner join audit.audit_settings using (attribution_model)
where
    returns.attribution_basis = 'revenue'
    and returns.campaign_group_id <> 'unknown'
    and returns.attributed_amount is not null
order by
    returns.attributed_amount desc, returns.campaign_group_name, returns.campaign_group_id
