with stand_ins as (
    select
        sector,
        count(*) as n_on_stand_in
    from marts.dim_accounts
    where is_abm_now and is_benchmark_fallback
    group by sector
)

select
    sector,
    scores.n_accounts,
    coalesce(stand_ins.n_on_stand_in, 0) as n_on_stand_in,
    scores.aes_avg,
    scores.aes_avg_change,
    scores.n_top,
    scores.n_middle,
    scores.n_bottom,
    coalesce(stand_ins.n_on_stand_in = scores.n_accounts, false) as is_on_stand_in
from marts.rpt_engagement_by_sector as scores
left join stand_ins using (sector)
where scores.month_start_on = (select max(month_start_on) from marts.rpt_engagement_by_sector)
order by scores.aes_avg desc nulls last, sector
