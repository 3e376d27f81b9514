with months as (
    select
        date_trunc('month', as_of_on) as this_month_on,
        date_trunc('month', as_of_on) - interval 1 month as last_month_on
    from audit.audit_settings
),

deals as (
    select
        opportunities.account_id,
        case when opportunities.is_won then date_trunc('month', opportunities.closed_on) end
            as won_in,
        case
            when opportunities.opportunity_type <> 'renewal'
                then date_trunc('month', opportunities.created_on)
        end as created_in,
        opportunities.amount
    from marts.fct_opportunities as opportunities
),

summed as (
    select
        deals.account_id,
        coalesce(sum(case when won_in = this_month_on then amount end), 0) as won_this_month,
        coalesce(sum(case when won_in = last_month_on then amount end), 0) as won_last_month,
        coalesce(sum(case when created_in = this_month_on then amount end), 0)
            as created_this_month,
        coalesce(sum(case when created_in = last_month_on then amount end), 0)
            as created_last_month,
        grouping(deals.account_id) = 1 as is_total
    from deals
    cross join months
    where this_month_on in (won_in, created_in) or last_month_on in (won_in, created_in)
    group by grouping sets ((deals.account_id), ())
)

select
    account_id,
    case when summed.is_total then totals.label_en else accounts.account_name end as name_en,
    case when summed.is_total then totals.label_fr else accounts.account_name end as name_fr,
    summed.won_this_month - summed.won_last_month as won_change,
    summed.won_this_month,
    summed.won_last_month,
    summed.created_this_month - summed.created_last_month as created_change,
    summed.created_this_month,
    summed.is_total
from summed
left join marts.dim_accounts as accounts using (account_id)
left join reference.labels as totals
    on summed.is_total and totals.domain = 'programme' and totals.code = 'all'
where
    summed.won_this_month is distinct from summed.won_last_month
    or summed.created_this_month is distinct from summed.created_last_month
    or (
        summed.is_total
        and 0 <> summed.won_this_month + summed.won_last_month
        + summed.created_this_month + summed.created_last_month
    )
order by
    summed.is_total desc,
    abs(summed.won_this_month - summed.won_last_month) desc,
    abs(summed.created_this_month - summed.created_last_month) desc,
    account_id
