select
    sector,
    month_start_on,
    aes_avg
from marts.rpt_engagement_by_sector
where aes_avg is not null
order by sector, month_start_on
