with credits as (
    select * from {{ ref('fct_attribution_models') }}
    where {{ is_in_trailing_days('touched_on', 365) }}
),

ad_spend as (
    select * from {{ ref('int_ad_spend') }}
    where {{ is_in_trailing_days('spent_on', 365) }}
),

actual_costs as (
    select * from {{ ref('int_campaign_costs') }}
    where {{ is_in_trailing_days('incurred_on', 365) }}
),

models as (
    {{ attribution_models_and_bases() }}
),

credited as (
    select
        attribution_model,
        attribution_basis,
        campaign_id,
        sum(attributed_amount) as attributed_amount,
        sum(weight) as weighted_opportunities
    from credits
    group by attribution_model, attribution_basis, campaign_id
),

-- A cost of which one part cannot be converted has no amount.
platforms as (
    select
        campaign_id,
        case when count(original_amount) = count(amount) then sum(amount) end as spend
    from ad_spend
    where campaign_id is not null
    group by campaign_id
),

-- What the platform says goes before what somebody typed into the CRM, and is not added to it.
spend as (
    select
        campaign_id,
        'platform' as spend_basis,
        cast(spend as {{ type_decimal(2) }}) as spend
    from platforms

    union all

    select
        actual_costs.campaign_id,
        'actual_cost' as spend_basis,
        cast(actual_costs.amount as {{ type_decimal(2) }}) as spend
    from actual_costs
    left join platforms on actual_costs.campaign_id = platforms.campaign_id
    where platforms.campaign_id is null
),

campaigns as (
    select campaign_id from credited
    union distinct
    select campaign_id from spend
),

-- Without credit the amount is 0; with credit of unknown amount it is unknown.
joined as (
    select
        models.attribution_model,
        models.attribution_basis,
        campaigns.campaign_id,
        case
            when credited.campaign_id is null then 0 else credited.attributed_amount
        end as attributed_amount,
        coalesce(credited.weighted_opportunities, 0) as weighted_opportunities,
        spend.spend,
        coalesce(spend.spend_basis, 'none') as spend_basis
    from campaigns
    cross join models
    left join credited
        on
            campaigns.campaign_id = credited.campaign_id
            and models.attribution_model = credited.attribution_model
            and models.attribution_basis = credited.attribution_basis
    left join spend on campaigns.campaign_id = spend.campaign_id
),

final as (
    select
        {{ as_of_date() }} as as_of_on,
        attribution_model,
        attribution_basis,
        campaign_id,
        cast(attributed_amount as {{ type_decimal(2) }}) as attributed_amount,
        cast(weighted_opportunities as {{ type_decimal(12) }}) as weighted_opportunities,
        spend,
        spend_basis,
        {{ return_on_spend_ratio('attributed_amount', 'spend') }} as return_on_spend_ratio,
        {{ return_on_spend_reason('attributed_amount', 'spend', "(spend_basis <> 'none')") }}
            as return_on_spend_reason
    from joined
)

select * from final
