-- What marketing channels cost and are credited with in the trailing days of the budget, by the
-- rules of rpt_return_on_spend. A recommendation follows from what is published, so this reads the
-- marts.
with channels as (
    select * from {{ ref('dim_channels') }}
    where is_marketing
),

credits as (
    select * from {{ ref('fct_attribution') }}
    where {{ is_in_trailing_days('touched_on', var('budget_window_days')) }}
),

investments as (
    select * from {{ ref('fct_investments') }}
    where {{ is_in_trailing_days('month_start_on', var('budget_window_days')) }}
),

credited as (
    select
        channel,
        sum(attributed_amount) as attributed_amount
    from credits
    group by channel
),

-- A cost of which one part cannot be converted has no amount.
spent as (
    select
        channel,
        case when count(*) = count(amount) then sum(amount) end as spend
    from investments
    group by channel
),

-- Without credit the amount is 0; with credit of unknown amount it is unknown.
joined as (
    select
        channels.channel,
        channels.label_en,
        channels.label_fr,
        spent.spend,
        case when credited.channel is null then 0 else credited.attributed_amount end
            as attributed_amount
    from channels
    inner join spent on channels.channel = spent.channel
    left join credited on channels.channel = credited.channel
    where spent.spend is null or spent.spend > 0
),

final as (
    select
        channel,
        label_en,
        label_fr,
        cast(spend as {{ type_decimal(2) }}) as spend_trailing,
        cast(attributed_amount as {{ type_decimal(2) }}) as attributed_trailing,
        {{ return_on_spend_ratio('attributed_amount', 'spend') }} as return_on_spend_ratio,
        {{ return_on_spend_reason('attributed_amount', 'spend', 'true') }} as reason
    from joined
)

select * from final
