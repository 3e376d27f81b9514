-- Spend and credit are counted by the rules of rpt_return_on_spend, on months of their own.
with channels as (
    select * from {{ ref('dim_channels') }}
    where is_marketing
),

returns as (
    select * from {{ ref('int_channel_returns') }}
),

spend_months as (
    select count(*) as n_months
    from {{ ref('int_budget_months') }}
),

limits as (
    select
        {%- for column, (benchmark_id, value) in {
            'minimum_utilisation_rate': ('budget_utilisation_minimum', 'value_min'),
            'maximum_missing_cost_share': ('budget_missing_cost_maximum', 'value_max'),
        }.items() %}
        max(case when benchmark_id = '{{ benchmark_id }}' then {{ value }} end) as {{ column }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ ref('benchmarks') }}
),

plans as (
    select * from {{ ref('int_budget_lines') }}
    where channel is not null and month_start_on <= {{ as_of_month_start() }}
),

newest as (
    select max(month_start_on) as month_start_on
    from plans
),

-- A plan is one month's list of channels, so its figures are not mixed with those of another month.
-- One of which a line cannot be converted has no amount.
planned as (
    select
        plans.channel,
        plans.month_start_on,
        case when count(*) = count(plans.amount) then sum(plans.amount) end as amount
    from plans
    inner join newest on plans.month_start_on = newest.month_start_on
    group by plans.channel, plans.month_start_on
),

-- Without credit the amount is 0; with credit of unknown amount it is unknown.
joined as (
    select
        channels.channel,
        channels.label_en,
        channels.label_fr,
        cast(returns.spend as {{ type_decimal(2) }}) as spend_trailing,
        cast(returns.n_costs_without_rate as integer) as n_costs_without_rate,
        cast(spend_months.n_months as integer) as n_spend_months,
        cast(
            case
                when returns.weighted_opportunities = 0 then 0
                else returns.attributed_amount
            end as {{ type_decimal(2) }}
        ) as attributed_trailing,
        cast(returns.weighted_opportunities as {{ type_decimal(12) }}) as weighted_opportunities,
        {{ has_enough('returns', 'returns.weighted_opportunities') }} as is_reliable,
        returns.utilisation_rate,
        cast(returns.crm_cost_without_ledger as {{ type_decimal(2) }}) as crm_cost_without_ledger,
        limits.minimum_utilisation_rate,
        limits.maximum_missing_cost_share,
        case when planned.channel is null then 'trailing_spend' else 'budget' end as budget_basis,
        planned.month_start_on as budget_month_on,
        cast(case
            when planned.channel is not null then planned.amount
            else
                {{ double_as_decimal(share_of('returns.spend', 'spend_months.n_months'), 2) }}
        end as {{ type_decimal(2) }}) as current_budget
    from channels
    inner join returns on channels.channel = returns.channel
    cross join spend_months
    cross join limits
    left join planned on channels.channel = planned.channel
    where returns.n_spend_lines > 0 and (returns.spend is null or returns.spend > 0)
),

returned as (
    select
        *,
        {{ return_on_spend_ratio('attributed_trailing', 'spend_trailing') }}
            as return_on_spend_ratio,
        coalesce(
            {{ return_on_spend_reason(
                'attributed_trailing', 'spend_trailing', 'true', 'n_costs_without_rate'
            ) }},
            {{ budget_limit_reason() }}
        ) as reason
    from joined
),

final as (
    select
        *,
        coalesce(current_budget > 0 and reason is null, false) as is_movable
    from returned
)

select * from final
