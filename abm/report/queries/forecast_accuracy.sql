select
    horizon_months,
    max(case when method = 'recommended' then n_months end) as n_months,
    max(case when method = 'recommended' then wape end) as recommended_wape,
    max(case when method = 'recommended' then accuracy_reason end) as accuracy_reason,
    max(case when method = 'recommended' then naive_wape end) as naive_wape,
    bool_or(case when method = 'recommended' then beats_naive end) as beats_naive,
    max(case when method = 'velocity' then wape end) as velocity_wape,
    max(case when method = 'bottom_up' then wape end) as bottom_up_wape,
    max(case when method = 'naive' then wape end) as naive_wape_of_all
from marts.rpt_forecast_accuracy
group by horizon_months
order by horizon_months
