with costs as (
    select
        category,
        sum(case when investments.programme = 'abm' then investments.amount else 0 end)
            as abm_amount,
        sum(case when investments.programme = 'non_abm' then investments.amount else 0 end)
            as non_abm_amount,
        grouping(category) = 1 as is_total
    from marts.fct_investments as investments
    inner join reference.investment_categories using (category)
    cross join audit.audit_settings as settings
    where
        investments.month_start_on >= date_trunc('month', settings.as_of_on) - interval 12 month
        and investments.month_start_on < date_trunc('month', settings.as_of_on)
    group by grouping sets ((category), ())
)

select
    coalesce(categories.label_en, totals.label_en) as label_en,
    coalesce(categories.label_fr, totals.label_fr) as label_fr,
    costs.abm_amount,
    costs.non_abm_amount,
    categories.in_roi,
    categories.in_cac,
    costs.is_total
from costs
left join reference.investment_categories as categories using (category)
left join reference.labels as totals
    on costs.is_total and totals.domain = 'programme' and totals.code = 'all'
where costs.abm_amount is not null
order by costs.is_total, categories.in_roi desc, costs.abm_amount desc, categories.label_en
