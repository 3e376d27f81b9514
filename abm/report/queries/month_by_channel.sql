with months as (
    select
        channel,
        sum(case when month_on = date_trunc('month', settings.as_of_on) then attributed_amount end)
            as this_month,
        sum(
            case
                when month_on = date_trunc('month', settings.as_of_on) - interval 1 month
                    then attributed_amount
            end
        ) as last_month,
        grouping(channel) = 1 as is_total
    from marts.rpt_attribution_by_channel
    inner join audit.audit_settings as settings using (attribution_model)
    where attribution_basis = 'revenue'
    group by grouping sets ((channel), ())
)

select
    coalesce(channels.label_en, totals.label_en) as label_en,
    coalesce(channels.label_fr, totals.label_fr) as label_fr,
    months.this_month,
    months.last_month,
    coalesce(months.this_month, 0) - coalesce(months.last_month, 0) as change,
    months.is_total
from months
left join marts.dim_channels as channels using (channel)
left join reference.labels as totals
    on months.is_total and totals.domain = 'programme' and totals.code = 'all'
where months.this_month is not null or months.last_month is not null
order by
    months.is_total,
    abs(coalesce(months.this_month, 0) - coalesce(months.last_month, 0)) desc,
    channel
