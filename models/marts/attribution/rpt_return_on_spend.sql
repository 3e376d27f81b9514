with credits as (
    select * from {{ ref('fct_attribution_models') }}
    where attribution_basis = 'revenue' and {{ is_in_trailing_days('touched_on', 365) }}
),

investments as (
    select * from {{ ref('fct_investments') }}
    where channel is not null and {{ is_in_trailing_days('month_start_on', 365) }}
),

models as (
    {{ attribution_models_and_bases() }}
),

credited as (
    select
        attribution_model,
        channel,
        sum(attributed_amount) as attributed_amount,
        sum(weight) as weighted_opportunities
    from credits
    group by attribution_model, channel
),

-- A cost of which one part cannot be converted has no amount.
spent as (
    select
        channel,
        count(*) as n_investments,
        case when count(*) = count(amount) then sum(amount) end as spend
    from investments
    group by channel
),

channels as (
    select channel from credited
    union distinct
    select channel from spent
),

-- Without credit the amount is 0; with credit of unknown amount it is unknown.
joined as (
    select
        models.attribution_model,
        channels.channel,
        case when credited.channel is null then 0 else credited.attributed_amount end
            as attributed_amount,
        coalesce(credited.weighted_opportunities, 0) as weighted_opportunities,
        spent.spend,
        coalesce(spent.n_investments, 0) as n_investments
    from channels
    cross join models
    left join credited
        on
            channels.channel = credited.channel
            and models.attribution_model = credited.attribution_model
    left join spent on channels.channel = spent.channel
    where models.attribution_basis = 'revenue'
),

final as (
    select
        {{ as_of_date() }} as as_of_on,
        attribution_model,
        channel,
        cast(attributed_amount as {{ type_decimal(2) }}) as attributed_amount,
        cast(weighted_opportunities as {{ type_decimal(12) }}) as weighted_opportunities,
        cast(spend as {{ type_decimal(2) }}) as spend,
        cast(n_investments as integer) as n_investments,
        {{ return_on_spend_ratio('attributed_amount', 'spend') }} as return_on_spend_ratio,
        {{ return_on_spend_reason('attributed_amount', 'spend', '(n_investments > 0)') }} as reason
    from joined
)

select * from final
