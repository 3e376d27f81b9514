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
        ) as last_month
    from marts.rpt_attribution_by_channel
    inner join audit.audit_settings as settings using (attribution_model)
    where attribution_basis = 'revenue'
    group by channel
)

select
    channels.label_en,
    channels.label_fr,
    months.this_month,
    months.last_month
from months
inner join marts.dim_channels as channels using (channel)
where months.this_month is not null or months.last_month is not null
order by months.this_month desc nulls last, months.last_month desc nulls last, channel
