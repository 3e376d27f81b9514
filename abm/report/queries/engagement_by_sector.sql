select
    sector,
    n_accounts,
    aes_avg,
    aes_avg_change,
    n_top,
    n_middle,
    n_bottom
from marts.rpt_engagement_by_sector
where month_start_on = (select max(month_start_on) from marts.rpt_engagement_by_sector)
order by aes_avg desc nulls last, sector
