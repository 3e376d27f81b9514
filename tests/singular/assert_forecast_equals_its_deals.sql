-- The bottom-up forecast of a month is the sum of its deals, every open deal has one, its chance is
-- that of the published deals that had entered its stage, and no band is upside down.
with deals as (
    select
        opportunities.*,
        case when accounts.account_id <> 'unknown' then accounts.sector end as sector
    from {{ ref('fct_opportunities') }} as opportunities
    inner join {{ ref('dim_accounts') }} as accounts
        on opportunities.account_id = accounts.account_id
    where opportunities.opportunity_type in ('new_business', 'expansion')
),

forecasts as (
    select * from {{ ref('fct_pipeline_forecast') }}
),

months as (
    select * from {{ ref('rpt_revenue_forecast') }}
),

summed as (
    select
        expected_close_month_on,
        sum(expected_amount) as expected_amount
    from forecasts
    group by expected_close_month_on
),

-- One row per stage that a deal was open in, however often it was entered.
reached as (
    select distinct
        deals.opportunity_id,
        deals.sector,
        deals.is_won,
        stages.stage_name
    from deals
    inner join {{ ref('fct_opportunity_stages') }} as stages
        on deals.opportunity_id = stages.opportunity_id
    where
        not deals.is_open
        and deals.stage_name <> stages.stage_name
        and {{ days_between('deals.closed_on', as_of_date()) }} between 0 and 729
),

recomputed as (
    select
        forecasts.opportunity_id,
        sum(case when reached.sector = deals.sector then 1 else 0 end) as n_in_sector,
        sum(case when reached.sector = deals.sector and reached.is_won then 1 else 0 end)
            as n_won_in_sector,
        count(*) as n_in_all,
        sum(case when reached.is_won then 1 else 0 end) as n_won_in_all
    from forecasts
    inner join deals on forecasts.opportunity_id = deals.opportunity_id
    inner join reached on forecasts.stage_name = reached.stage_name
    -- Of a deal without history the stage that it had is not known.
    where
        deals.history_basis = 'exact'
        or coalesce(forecasts.expected_amount_reason, '') <> 'no_stage'
    group by forecasts.opportunity_id
),

chances as (
    select
        forecasts.opportunity_id,
        forecasts.n_won,
        forecasts.n_closed,
        case when recomputed.n_in_sector >= 10 then 'sector' else 'all' end as basis,
        recomputed.n_in_sector,
        recomputed.n_won_in_sector,
        recomputed.n_in_all,
        recomputed.n_won_in_all
    from forecasts
    left join recomputed on forecasts.opportunity_id = recomputed.opportunity_id
)

select
    'bottom_up' as what,
    cast(months.forecast_month_on as {{ dbt.type_string() }}) as subject
from months
left join summed on months.forecast_month_on = summed.expected_close_month_on
where months.method = 'bottom_up' and months.expected_amount <> coalesce(summed.expected_amount, 0)

union all

select
    'open deals' as what,
    deals.opportunity_id as subject
from deals
left join forecasts on deals.opportunity_id = forecasts.opportunity_id
where deals.is_open and forecasts.opportunity_id is null

union all

select
    'chance' as what,
    opportunity_id as subject
from chances
where
    coalesce(n_closed, 0)
    <> coalesce(case when basis = 'sector' then n_in_sector else n_in_all end, 0)
    or coalesce(n_won, 0)
    <> coalesce(case when basis = 'sector' then n_won_in_sector else n_won_in_all end, 0)
    or n_won > n_closed

union all

select
    'band' as what,
    method || ' ' || cast(forecast_month_on as {{ dbt.type_string() }}) as subject
from months
where low_80 > high_80 or low_80 < 0
