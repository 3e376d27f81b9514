select
    aes_band,
    horizon_days,
    sum(n_accounts) as n_accounts,
    sum(n_with_opportunity) as n_with_opportunity,
    sum(n_with_opportunity) / sum(n_accounts) as opportunity_rate,
    sum(n_with_win) as n_with_win,
    sum(n_with_win) / sum(n_accounts) as win_rate,
    sum(n_accounts) >= coalesce(
        (select max(n) from reference.minimum_observations where metric = 'score_validation'), 0
    ) as is_reliable
from marts.rpt_score_validation
group by aes_band, horizon_days
having sum(n_accounts) > 0
order by horizon_days, list_position(['top', 'middle', 'bottom'], aes_band)
