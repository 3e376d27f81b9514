-- By construction: the median of the chosen method's errors lies between their percentiles.
select
    forecast_month_on,
    expected_amount,
    low_80,
    high_80
from {{ ref('rpt_revenue_forecast') }}
where
    method = 'recommended'
    and (
        expected_amount not between low_80 and high_80
        or (expected_amount is null) <> (low_80 is null)
        or (expected_amount is null) <> (high_80 is null)
    )
