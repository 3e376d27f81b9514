{%- set counts = [
    'icp_accounts', 'icp_stated_accounts', 'covered_accounts', 'activation_uplift_ratio',
    'uplift_accounts', 'sales_touched_accounts', 'generated_meetings', 'mqa_accounts',
    'accepted_mqa_accounts', 'saa_accounts', 'due_follow_ups', 'met_follow_ups',
] -%}
{%- set amounts = ['revenue', 'weighted_opportunities', 'pipeline_amount', 'expansion_amount'] %}

with accounts as (
    select * from {{ ref('int_programme_account_measures') }}
),

costs as (
    select * from {{ ref('int_programme_costs') }}
    where period = 'programme_to_date'
),

returns as (
    select * from {{ ref('int_programme_returns') }}
    where period = 'programme_to_date' and roi_basis = 'all_abm_accounts'
),

wins as (
    select * from {{ ref('int_stretch_wins') }}
    where is_in_programme and opportunity_type = 'expansion'
),

expansions as (
    select
        {{ reported_abm_tier('abm_tier') }} as abm_tier,
        sum(amount) as expansion_amount
    from wins
    group by {{ reported_abm_tier('abm_tier') }}
),

median_uplifts as (
    select * from {{ ref('int_activation_uplift_medians') }}
),

counted as (
    select
        abm_tier,
        count(*) as n_accounts,
        {%- for column in counts %}
        sum({{ column }}) as {{ column }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from accounts
    group by abm_tier
),

by_tier as (
    select
        costs.abm_tier,
        coalesce(counted.n_accounts, 0) as n_accounts,
        {%- for column in counts %}
        coalesce(counted.{{ column }}, 0) as {{ column }},
        {%- endfor %}
        costs.investment,
        costs.n_costs_without_rate,
        coalesce(returns.revenue, 0) as revenue,
        coalesce(returns.weighted_opportunities, 0) as weighted_opportunities,
        coalesce(returns.pipeline_created, 0) as pipeline_amount,
        coalesce(expansions.expansion_amount, 0) as expansion_amount
    from costs
    left join counted on costs.abm_tier = counted.abm_tier
    left join returns on costs.abm_tier = returns.abm_tier
    left join expansions on costs.abm_tier = expansions.abm_tier
    where not costs.is_total
),

totals as (
    select * from costs
    where is_total
),

summed as (
    select * from by_tier
    where
        abm_tier <> 'unknown' or n_accounts > 0
        {%- for column in ['investment', 'n_costs_without_rate'] + amounts %}
        or {{ column }} <> 0
        {%- endfor %}

    union all

    select
        totals.abm_tier,
        sum(by_tier.n_accounts) as n_accounts,
        {%- for column in counts %}
        sum(by_tier.{{ column }}) as {{ column }},
        {%- endfor %}
        totals.investment,
        totals.n_costs_without_rate,
        {%- for column in amounts %}
        sum(by_tier.{{ column }}) as {{ column }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from by_tier
    cross join totals
    group by totals.abm_tier, totals.investment, totals.n_costs_without_rate
),

final as (
    select
        summed.*,
        median_uplifts.activation_uplift_median
    from summed
    left join median_uplifts on summed.abm_tier = median_uplifts.abm_tier
)

select * from final
