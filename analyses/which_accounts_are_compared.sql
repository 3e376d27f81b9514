-- What the matched comparison of ABM with the others compares: the metric inside every sector and
-- size of account, the strata with most weight first. A stratum weighs as much as it has units of
-- ABM; one without units on either side is left out.
--
--   dbt show --limit 50 --select which_accounts_are_compared --vars '{metric: deal_size}'
--
-- `metric` is one of rpt_abm_vs_non_abm, win_rate unless given. A stratum has few units: read how
-- strata differ, not what one of them says. The console shows six columns; --output json shows all.
with strata as (
    select * from {{ ref('int_comparison_strata') }}
    where method = 'matched' and metric = '{{ var("metric", "win_rate") }}'
),

final as (
    select
        sector,
        account_size_tier,
        coalesce(max(case when programme = 'abm' then n_units end), 0) as n_abm,
        coalesce(max(case when programme = 'non_abm' then n_units end), 0) as n_non_abm,
        max(case when programme = 'abm' then value end) as abm_value,
        max(case when programme = 'non_abm' then value end) as non_abm_value,
        count(distinct programme) = 3 as is_compared
    from strata
    group by sector, account_size_tier
    order by is_compared desc, n_abm desc, sector, account_size_tier
)

select * from final
