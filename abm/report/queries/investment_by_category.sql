select
    categories.label_en,
    categories.label_fr,
    sum(case when investments.programme = 'abm' then investments.amount else 0 end) as abm_amount,
    sum(case when investments.programme = 'non_abm' then investments.amount else 0 end)
        as non_abm_amount,
    categories.in_roi,
    categories.in_cac
from marts.fct_investments as investments
inner join reference.investment_categories as categories using (category)
cross join audit.audit_settings as settings
where
    investments.month_start_on >= date_trunc('month', settings.as_of_on) - interval 12 month
    and investments.month_start_on < date_trunc('month', settings.as_of_on)
group by all
order by categories.in_roi desc, abm_amount desc, categories.label_en
