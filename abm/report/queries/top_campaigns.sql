select
    campaigns.campaign_name,
    returns.attributed_amount,
    returns.weighted_opportunities,
    returns.spend,
    returns.return_on_spend_ratio,
    returns.return_on_spend_reason
from marts.rpt_attribution_by_campaign as returns
inner join audit.audit_settings using (attribution_model)
inner join marts.dim_campaigns as campaigns using (campaign_id)
where
    returns.attribution_basis = 'revenue'
    and campaign_id <> 'unknown'
    and returns.attributed_amount is not null
order by returns.attributed_amount desc, campaigns.campaign_name, campaign_id
