with programme_accounts as (
    select * from {{ ref('int_programme_accounts_by_reporting_date') }}
    where as_of_on = {{ as_of_date() }}
),

-- The accounts engaged in the trailing 365 days, and those that qualified on any of them.
engaged as (
    select distinct account_id
    from {{ ref('int_touchpoints') }}
    where
        account_id is not null
        and is_counted_engagement
        and {{ is_in_trailing_days('occurred_on', 365) }}
),

qualified as (
    select distinct account_id
    from {{ ref('int_qualified_stretches') }}
    where
        valid_from_on <= {{ as_of_date() }}
        and (valid_to_on is null or valid_to_on > {{ as_of_date(-364) }})
),

accounts as (
    select
        {{ reported_abm_tier('programme_accounts.abm_tier') }} as abm_tier,
        case when engaged.account_id is not null then 1 else 0 end as n_engaged,
        case when qualified.account_id is not null then 1 else 0 end as n_qualified
    from programme_accounts
    left join engaged on programme_accounts.account_id = engaged.account_id
    left join qualified on programme_accounts.account_id = qualified.account_id
),

costs as (
    select * from {{ ref('int_programme_costs') }}
    where period = 'trailing_365_days'
),

returns as (
    select * from {{ ref('int_programme_returns') }}
    where period = 'trailing_365_days' and roi_basis = 'all_abm_accounts'
),

counted as (
    select
        abm_tier,
        count(*) as n_accounts,
        sum(n_engaged) as n_engaged_accounts,
        sum(n_qualified) as n_mqa_in_period
    from accounts
    group by abm_tier

    union all

    select
        'all' as abm_tier,
        count(*) as n_accounts,
        sum(n_engaged) as n_engaged_accounts,
        sum(n_qualified) as n_mqa_in_period
    from accounts
),

joined as (
    select
        costs.abm_tier,
        costs.investment,
        costs.n_costs_without_rate,
        coalesce(returns.revenue, 0) as revenue,
        coalesce(counted.n_accounts, 0) as n_accounts,
        coalesce(counted.n_engaged_accounts, 0) as n_engaged_accounts,
        coalesce(counted.n_mqa_in_period, 0) as n_mqa_in_period,
        costs.is_total
    from costs
    left join returns on costs.abm_tier = returns.abm_tier
    left join counted on costs.abm_tier = counted.abm_tier
),

-- Nothing entered as cost is a cost that is not known, not one of 0.
final as (
    select
        {{ as_of_date() }} as as_of_on,
        abm_tier,
        cast(n_accounts as integer) as n_accounts,
        cast(investment as {{ type_decimal(2) }}) as investment,
        cast(n_costs_without_rate as integer) as n_costs_without_rate,
        {%- for what, n in {
            'engaged_account': 'n_engaged_accounts', 'mqa': 'n_mqa_in_period',
        }.items() %}
        cast({{ n }} as integer) as {{ n }},
        cast(nullif(investment, 0) as {{ type_double() }}) / nullif({{ n }}, 0)
            as cost_per_{{ what }},
        case
            when n_costs_without_rate > 0 then 'cost_without_rate'
            when investment = 0 then 'no_investment'
            when {{ n }} = 0 then 'no_{{ what }}'
        end as cost_per_{{ what }}_reason,
        {{ has_enough('rate', n) }} as is_cost_per_{{ what }}_reliable,
        {%- endfor %}
        cast(revenue as {{ type_decimal(2) }}) as revenue,
        cast(revenue as {{ type_double() }}) / nullif(n_accounts, 0) as revenue_per_account,
        case when n_accounts = 0 then 'no_account_in_programme' end
            as revenue_per_account_reason,
        {{ has_enough('rate', 'n_accounts') }} as is_revenue_per_account_reliable,
        {{ has_enough('rate', 'least(n_engaged_accounts, n_mqa_in_period)') }} as is_reliable,
        is_total
    from joined
    where
        abm_tier <> 'unknown'
        or n_accounts > 0
        or revenue <> 0
        or investment <> 0
        or n_costs_without_rate > 0
)

select * from final
