select
    period,
    sum(case when is_total then revenue else -revenue end) as revenue_difference,
    sum(case when is_total then investment else -investment end) as investment_difference
from {{ ref('rpt_abm_roi') }}
group by period
having
    sum(case when is_total then revenue else -revenue end) <> 0
    or sum(case when is_total then investment else -investment end) <> 0
