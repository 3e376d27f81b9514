-- What the scorecard shows is what other reports say by another way: open and advanced pipeline the
-- deals' own, won amounts the revenue walk's of every whole quarter, credited amounts those of the
-- deals won in 90 days, engagement and penetration the accounts', hot accounts the weekly list, new
-- opportunities the weekly movements; every ratio its numerator by its denominator. Its definitions
-- name KPIs that are measured, and targets that exist.
with scorecard as (
    select * from {{ ref('rpt_kpi_scorecard') }}
),

opportunities as (
    select * from {{ ref('fct_opportunities') }}
),

accounts as (
    select * from {{ ref('dim_accounts') }}
    where is_abm_now
),

now as (
    select * from scorecard
    where month_on = {{ as_of_month_start() }}
),

open_now as (
    select
        'pipeline_open_amount' as what,
        coalesce(sum(amount), 0) as expected
    from opportunities
    where is_open and opportunity_type in ('new_business', 'expansion')
),

engagement_now as (
    select
        coalesce(sum(engagement.aes), 0) as aes_sum,
        count(*) as n_accounts,
        coalesce(sum(case when engagement.aes_band = 'top' then 1 else 0 end), 0) as n_top
    from {{ ref('fct_account_engagement') }} as engagement
    inner join accounts on engagement.account_id = accounts.account_id
),

penetration_now as (
    select
        coalesce(sum(penetration.engaged_stakeholders), 0) as engaged_stakeholders,
        coalesce(sum(penetration.identified_stakeholders), 0) as identified_stakeholders
    from {{ ref('fct_account_penetration') }} as penetration
    inner join accounts on penetration.account_id = accounts.account_id
),

hot_now as (
    select count(*) as n_accounts
    from {{ ref('rpt_hot_accounts_weekly') }}
    where week_start_on = cast({{ dbt.date_trunc('week', as_of_date()) }} as date)
),

advanced as (
    select
        months.month_on,
        coalesce(sum(pipeline.advanced_amount), 0) as expected
    from {{ ref('rpt_monthly_totals') }} as months
    left join {{ ref('rpt_open_pipeline') }} as pipeline on months.as_of_on = pipeline.as_of_on
    group by months.month_on
),

quarters as (
    select
        cast({{ dbt.date_trunc('quarter', 'month_on') }} as date) as quarter_start_on,
        sum(value) as won_amount
    from scorecard
    where kpi = 'won_amount'
    group by cast({{ dbt.date_trunc('quarter', 'month_on') }} as date)
),

won as (
    select
        months.month_on,
        coalesce(sum(opportunities.amount), 0) as expected
    from {{ ref('rpt_monthly_totals') }} as months
    left join opportunities
        on
            opportunities.closed_on between
            {{ days_after('months.as_of_on', -89) }} and months.as_of_on
            and opportunities.is_won
            and opportunities.opportunity_type in ('new_business', 'expansion')
    group by months.month_on
),

created_in_weeks as (
    select count(*) as expected
    from opportunities
    where
        opportunity_type in ('new_business', 'expansion')
        and cast({{ dbt.date_trunc('week', 'created_on') }} as date) > {{ as_of_date(-26 * 7) }}
),

created_in_movements as (
    select coalesce(sum(n_opportunities), 0) as actual
    from {{ ref('rpt_pipeline_movements') }}
    where change_type = 'created'
),

compared as (
    select
        now.kpi as what,
        now.value as actual,
        cast(open_now.expected as {{ type_double() }}) as expected
    from now
    inner join open_now on now.kpi = open_now.what

    union all

    select
        'numerator of ' || now.kpi as what,
        now.numerator as actual,
        cast(
            case
                when now.kpi = 'aes_mean' then engagement_now.aes_sum
                else penetration_now.engaged_stakeholders
            end as {{ type_double() }}
        ) as expected
    from now
    cross join engagement_now
    cross join penetration_now
    where now.kpi in ('aes_mean', 'apr_pct')

    union all

    select
        'denominator of ' || now.kpi as what,
        now.denominator as actual,
        cast(
            case
                when now.kpi = 'aes_mean' then engagement_now.n_accounts
                else penetration_now.identified_stakeholders
            end as {{ type_double() }}
        ) as expected
    from now
    cross join engagement_now
    cross join penetration_now
    where now.kpi in ('aes_mean', 'apr_pct')

    union all

    select
        'hot_accounts' as what,
        now.value as actual,
        cast(engagement_now.n_top as {{ type_double() }}) as expected
    from now
    cross join engagement_now
    where now.kpi = 'hot_accounts'

    union all

    select
        'hot accounts of the week' as what,
        cast(hot_now.n_accounts as {{ type_double() }}) as actual,
        cast(engagement_now.n_top as {{ type_double() }}) as expected
    from hot_now
    cross join engagement_now

    union all

    select
        'advanced_pipeline ' || cast(scorecard.month_on as {{ dbt.type_string() }}) as what,
        coalesce(scorecard.value, 0) as actual,
        cast(advanced.expected as {{ type_double() }}) as expected
    from scorecard
    inner join advanced on scorecard.month_on = advanced.month_on
    where scorecard.kpi = 'advanced_pipeline'

    union all

    select
        'won_amount ' || {{ quarter_label('quarters.quarter_start_on') }} as what,
        quarters.won_amount as actual,
        cast(coalesce(walk.won_amount, 0) as {{ type_double() }}) as expected
    from quarters
    left join {{ ref('rpt_revenue_walk') }} as walk
        on quarters.quarter_start_on = walk.quarter_start_on and walk.is_total
    where quarters.quarter_start_on >= {{ as_of_month_start(-13) }}

    union all

    select
        'attributed amounts ' || cast(scorecard.month_on as {{ dbt.type_string() }}) as what,
        scorecard.denominator as actual,
        cast(coalesce(won.expected, 0) as {{ type_double() }}) as expected
    from scorecard
    left join won on scorecard.month_on = won.month_on
    where scorecard.kpi = 'attributed_share'

    union all

    select
        'created in 26 weeks' as what,
        cast(created_in_movements.actual as {{ type_double() }}) as actual,
        cast(created_in_weeks.expected as {{ type_double() }}) as expected
    from created_in_movements
    cross join created_in_weeks

    union all

    select
        kpi || ' as a ratio ' || cast(month_on as {{ dbt.type_string() }}) as what,
        value as actual,
        numerator / denominator * case when unit = 'percent' then 100 else 1 end as expected
    from scorecard
    where value is not null and denominator <> 0
),

-- A KPI that nothing measures, and a target in two places or in none.
definitions as (
    select
        definitions.kpi as what,
        definitions.target as actual,
        case
            when definitions.is_higher_better then benchmarks.value_min
            else benchmarks.value_max
        end as expected
    from {{ ref('kpi_definitions') }} as definitions
    left join {{ ref('benchmarks') }} as benchmarks
        on definitions.target_benchmark_id = benchmarks.benchmark_id
    where
        definitions.kpi not in ('{{ kpi_measures().keys() | join("', '") }}')
        or (
            definitions.target_benchmark_id is not null
            and (
                definitions.target is not null
                or case
                    when definitions.is_higher_better then benchmarks.value_min
                    else benchmarks.value_max
                end is null
            )
        )
)

select
    what,
    actual,
    expected
from compared
where actual is null or abs(actual - expected) > 0.000000001 * (1 + abs(expected))

union all

select
    what,
    cast(actual as {{ type_double() }}) as actual,
    cast(expected as {{ type_double() }}) as expected
from definitions
