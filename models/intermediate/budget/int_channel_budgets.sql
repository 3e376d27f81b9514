-- What a channel has to spend in a month: the newest plan, else what it spent. A plan is one
-- month's list of channels, so its figures are not mixed with those of another month.
with channels as (
    select * from {{ ref('int_channel_returns') }}
),

plans as (
    select * from {{ ref('int_budget_lines') }}
    where channel is not null and month_start_on <= {{ as_of_month_start() }}
),

-- Spend of the trailing days is that of the months that start in them.
spend_months as (
    select count(*) as n_months
    from {{ ref('int_month_ends') }}
    where {{ is_in_trailing_days('month_start_on', var('budget_window_days')) }}
),

newest as (
    select max(month_start_on) as month_start_on
    from plans
),

-- A plan of which one line cannot be converted has no amount.
planned as (
    select
        plans.channel,
        plans.month_start_on,
        case when count(*) = count(plans.amount) then sum(plans.amount) end as amount
    from plans
    inner join newest on plans.month_start_on = newest.month_start_on
    group by plans.channel, plans.month_start_on
),

chosen as (
    select
        channels.channel,
        channels.label_en,
        channels.label_fr,
        channels.spend_trailing,
        cast(spend_months.n_months as integer) as n_spend_months,
        channels.attributed_trailing,
        channels.return_on_spend_ratio,
        case when planned.channel is null then 'trailing_spend' else 'budget' end as budget_basis,
        planned.month_start_on as budget_month_on,
        cast(case
            when planned.channel is not null then planned.amount
            else
                {{ double_as_decimal(
                    share_of('channels.spend_trailing', 'spend_months.n_months'), 2
                ) }}
        end as {{ type_decimal(2) }}) as current_budget,
        channels.reason
    from channels
    cross join spend_months
    left join planned on channels.channel = planned.channel
),

final as (
    select
        *,
        coalesce(current_budget > 0 and return_on_spend_ratio is not null, false) as is_movable
    from chosen
)

select * from final
