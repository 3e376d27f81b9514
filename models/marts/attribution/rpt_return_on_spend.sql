with credits as (
    select * from {{ ref('fct_attribution_models') }}
    where attribution_basis = 'revenue' and {{ is_in_trailing_days('touched_on', 365) }}
),

investments as (
    select * from {{ ref('fct_investments') }}
    where channel <> 'unknown' and {{ is_in_trailing_days('month_start_on', 365) }}
),

unledgered as (
    select * from {{ ref('int_campaign_costs_ledgered') }}
    where not is_in_ledger and {{ is_in_trailing_days('incurred_on', 365) }}
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
        sum(case when is_without_rate then 1 else 0 end) as n_costs_without_rate,
        case when count(*) = count(amount) then sum(amount) end as spend
    from investments
    group by channel
),

lacking as (
    select
        channel,
        case when count(original_amount) = count(amount) then sum(amount) end as cost
    from unledgered
    group by channel
),

channels as (
    select channel from credited
    union distinct
    select channel from spent
    union distinct
    select channel from lacking
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
        coalesce(spent.n_investments, 0) as n_investments,
        coalesce(spent.n_costs_without_rate, 0) as n_costs_without_rate,
        case when lacking.channel is null then 0 else lacking.cost end as crm_cost_without_ledger
    from channels
    cross join models
    left join credited
        on
            channels.channel = credited.channel
            and models.attribution_model = credited.attribution_model
    left join spent on channels.channel = spent.channel
    left join lacking on channels.channel = lacking.channel
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
        cast(n_costs_without_rate as integer) as n_costs_without_rate,
        {{ return_on_spend_ratio('attributed_amount', 'spend') }} as return_on_spend_ratio,
        {{ has_enough('returns', 'weighted_opportunities') }} as is_reliable,
        {{ return_on_spend_reason(
            'attributed_amount', 'spend', '(n_investments > 0)', 'n_costs_without_rate'
        ) }} as reason,
        cast(crm_cost_without_ledger as {{ type_decimal(2) }}) as crm_cost_without_ledger
    from joined
)

select * from final
