with channels as (
    select
        attribution_model,
        channel,
        sum(attributed_amount) as attributed_amount,
        sum(weighted_opportunities) as weighted_opportunities,
        sum(spend) as spend,
        any_value(return_on_spend_ratio) as return_on_spend_ratio,
        any_value(is_reliable) as is_reliable,
        any_value(reason) as reason,
        sum(crm_cost_without_ledger) as crm_cost_without_ledger,
        grouping(channel) = 1 as is_total
    from marts.rpt_return_on_spend
    group by grouping sets ((attribution_model, channel), (attribution_model))
)

select
    channels.attribution_model,
    channel,
    coalesce(labels.label_en, totals.label_en) as label_en,
    coalesce(labels.label_fr, totals.label_fr) as label_fr,
    channels.attributed_amount,
    channels.weighted_opportunities,
    channels.spend,
    case when not channels.is_total then channels.return_on_spend_ratio end
        as return_on_spend_ratio,
    case when not channels.is_total then channels.is_reliable end as is_reliable,
    case when not channels.is_total then channels.reason end as reason,
    channels.crm_cost_without_ledger,
    channels.is_total
from channels
cross join audit.audit_settings as settings
inner join reference.labels as models
    on models.domain = 'attribution_model' and channels.attribution_model = models.code
left join marts.dim_channels as labels using (channel)
left join reference.labels as totals
    on channels.is_total and totals.domain = 'programme' and totals.code = 'all'
where channels.attributed_amount is not null or channels.spend is not null
order by
    channels.attribution_model = settings.attribution_model desc,
    models.sort_order,
    channels.is_total,
    channels.attributed_amount desc nulls last,
    channel
