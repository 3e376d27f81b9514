-- Every hot alert knows the moment at which the score passed the bound, on the day it fired;
-- nothing before it answers; what is answered has its time, what is open has none.
select
    alert_id,
    rule_id,
    fired_on,
    crossed_at,
    due_at,
    state,
    is_overdue,
    first_sales_touch_at
from {{ ref('fct_alerts') }}
where
    (rule_id = 'aes_hot' and (crossed_at is null or {{ date_of('crossed_at') }} <> fired_on))
    or (rule_id <> 'aes_hot' and crossed_at is not null)
    or first_sales_touch_at <= crossed_at
    or (state = 'answered' and first_sales_touch_at is null)
    or (state = 'open' and first_sales_touch_at is not null)
    or (is_overdue and state <> 'open')
