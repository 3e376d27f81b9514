select
    coalesce(sourcing_class, 'all') as sourcing_class,
    sum(n_opportunities) as n_opportunities,
    sum(pipeline_amount) as pipeline_amount,
    sum(won_amount) as won_amount,
    sourcing_class is null as is_total
from marts.rpt_pipeline_by_sourcing
where month_on = (select date_trunc('month', as_of_on) from audit.audit_settings)
group by grouping sets ((sourcing_class), ())
having count(*) > 0
order by is_total, sourcing_class
