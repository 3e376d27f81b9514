select
    forecast_month_on,
    max(case when method = 'recommended' then expected_amount end) as recommended_amount,
    max(case when method = 'recommended' then forecast_reason end) as recommended_reason,
    max(case when method = 'recommended' then low_80 end) as low_80,
    max(case when method = 'recommended' then high_80 end) as high_80,
    max(chosen_method) as chosen_method,
    max(case when method = 'velocity' then expected_amount end) as velocity_amount,
    max(case when method = 'velocity' then forecast_reason end) as velocity_reason,
    max(case when method = 'bottom_up' then expected_amount end) as bottom_up_amount,
    max(case when method = 'naive' then expected_amount end) as naive_amount
from marts.rpt_revenue_forecast
group by forecast_month_on
order by forecast_month_on
