-- Spend and credit are counted by the rules of rpt_return_on_spend, on days of their own.
with channels as (
    select * from {{ ref('dim_channels') }}
    where is_marketing
),

touchpoints as (
    select * from {{ ref('int_touchpoints') }}
    where {{ is_in_trailing_days('occurred_on', var('budget_window_days')) }}
),

credits as (
    select
        touchpoint_id,
        {{ default_attribution_model() }}_amount as attributed_amount
    from {{ ref('int_attribution_credits') }}
    where attribution_basis = 'revenue'
),

investments as (
    select * from {{ ref('fct_investments') }}
    where {{ is_in_trailing_days('month_start_on', var('budget_window_days')) }}
),

-- Spend of the trailing days is that of the months that start in them.
spend_months as (
    select count(*) as n_months
    from {{ ref('int_month_ends') }}
    where {{ is_in_trailing_days('month_start_on', var('budget_window_days')) }}
),

plans as (
    select * from {{ ref('int_budget_lines') }}
    where channel is not null and month_start_on <= {{ as_of_month_start() }}
),

credited as (
    select
        touchpoints.channel,
        sum(credits.attributed_amount) as attributed_amount
    from credits
    inner join touchpoints on credits.touchpoint_id = touchpoints.touchpoint_id
    group by touchpoints.channel
),

-- A cost of which one part cannot be converted has no amount.
spent as (
    select
        channel,
        case when count(*) = count(amount) then sum(amount) end as spend,
        sum(case when is_without_rate then 1 else 0 end) as n_costs_without_rate
    from investments
    group by channel
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
        cast(spent.spend as {{ type_decimal(2) }}) as spend_trailing,
        cast(spent.n_costs_without_rate as integer) as n_costs_without_rate,
        cast(spend_months.n_months as integer) as n_spend_months,
        cast(
            case when credited.channel is null then 0 else credited.attributed_amount end
            as {{ type_decimal(2) }}
        ) as attributed_trailing,
        case when planned.channel is null then 'trailing_spend' else 'budget' end as budget_basis,
        planned.month_start_on as budget_month_on,
        cast(case
            when planned.channel is not null then planned.amount
            else
                {{ double_as_decimal(share_of('spent.spend', 'spend_months.n_months'), 2) }}
        end as {{ type_decimal(2) }}) as current_budget
    from channels
    inner join spent on channels.channel = spent.channel
    cross join spend_months
    left join credited on channels.channel = credited.channel
    left join planned on channels.channel = planned.channel
    where spent.spend is null or spent.spend > 0
),

returned as (
    select
        *,
        {{ return_on_spend_ratio('attributed_trailing', 'spend_trailing') }}
            as return_on_spend_ratio,
        {{ return_on_spend_reason(
            'attributed_trailing', 'spend_trailing', 'true', 'n_costs_without_rate'
        ) }} as reason
    from joined
),

final as (
    select
        *,
        coalesce(current_budget > 0 and return_on_spend_ratio is not null, false) as is_movable
    from returned
)

select * from final
