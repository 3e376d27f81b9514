with channels as (
    select
        channel,
        sum(returns.attributed_amount) as attributed_amount,
        sum(returns.weighted_opportunities) as weighted_opportunities,
        sum(returns.spend) as spend,
        any_value(returns.return_on_spend_ratio) as return_on_spend_ratio,
        any_value(returns.is_reliable) as is_reliable,
        any_value(returns.reason) as reason,
        sum(returns.crm_cost_without_ledger) as crm_cost_without_ledger,
        grouping(channel) = 1 as is_total
    from marts.rpt_return_on_spend as returns
    inner join audit.audit_settings using (attribution_model)
    group by grouping sets ((channel), ())
)

select
    channel,
    coalesce(labels.label_en, totals.label_en) as label_en,
    coalesce(labels.label_fr, totals.label_fr) as label_fr,
    channels.attributed_amount,
    channels.weighted_opportunities,
    channels.spend,
    case when not channels.is_total then channels.return_on_spend_ratio end
        as return_on_spend_ratio,
    channels.is_reliable,
    case when not channels.is_total then channels.reason end as reason,
    channels.crm_cost_without_ledger,
    channels.is_total
from channels
left join marts.dim_channels as labels using (channel)
left join reference.labels as totals
    on channels.is_total and totals.domain = 'programme' and totals.code = 'all'
where channels.attributed_amount is not null or channels.spend is not null
order by channels.is_total, channels.attributed_amount desc nulls last, channel
