-- What the indicators of the programme share with other reports is the same number there: coverage,
-- return to date, acquisition cost and lifetime value.
with indicators as (
    select * from {{ ref('rpt_programme_kpis') }}
),

expected as (
    select
        kpi,
        abm_tier,
        value
    from {{ ref('rpt_account_coverage') }}
    where as_of_on = {{ as_of_date() }} and kpi = 'account_coverage'

    union all

    select
        'abm_roi_pct' as kpi,
        abm_tier,
        abm_roi_pct as value
    from {{ ref('rpt_abm_roi') }}
    where period = 'programme_to_date' and roi_basis = 'all_abm_accounts'

    union all

    select
        case when programme = 'abm' then 'cac' else 'cac_non_abm' end as kpi,
        sector as abm_tier,
        cac as value
    from {{ ref('rpt_customer_lifetime_value') }}
    where as_of_on = {{ as_of_date() }} and is_total

    union all

    select
        'clv_net' as kpi,
        sector as abm_tier,
        clv_net as value
    from {{ ref('rpt_customer_lifetime_value') }}
    where as_of_on = {{ as_of_date() }} and is_total and programme = 'abm'
)

select
    expected.kpi as subject,
    expected.abm_tier as whose,
    expected.value as expected,
    indicators.value as actual
from expected
left join indicators
    on expected.kpi = indicators.kpi and expected.abm_tier = indicators.abm_tier
where
    expected.abm_tier in ('one_to_one', 'one_to_few', 'one_to_many', 'all')
    and (
        indicators.kpi is null
        or abs(coalesce(expected.value, -1) - coalesce(indicators.value, -1)) > 0.000001
    )
