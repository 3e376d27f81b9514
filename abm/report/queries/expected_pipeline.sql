select
    expected_close_month_on,
    expected_close_month_reason,
    count(*) as n_open,
    sum(amount) as amount,
    sum(expected_amount) as expected_amount
from marts.fct_pipeline_forecast
group by all
order by expected_close_month_on nulls last, expected_close_month_reason
