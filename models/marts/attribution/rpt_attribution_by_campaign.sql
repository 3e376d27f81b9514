with credits as (
    select * from {{ ref('fct_attribution_models') }}
    where {{ is_in_trailing_days('touched_on', 365) }}
),

campaigns as (
    select * from {{ ref('dim_campaigns') }}
),

spend as (
    select * from {{ ref('int_campaign_group_spend') }}
),

models as (
    {{ attribution_models_and_bases() }}
),

credited as (
    select
        credits.attribution_model,
        credits.attribution_basis,
        campaigns.campaign_group_id,
        sum(credits.attributed_amount) as attributed_amount,
        sum(credits.weight) as weighted_opportunities
    from credits
    inner join campaigns on credits.campaign_id = campaigns.campaign_id
    group by credits.attribution_model, credits.attribution_basis, campaigns.campaign_group_id
),

listed as (
    select campaign_group_id from credited
    union distinct
    select campaign_group_id from spend
),

campaign_groups as (
    select
        campaigns.campaign_group_id,
        campaigns.campaign_group_name,
        count(*) as n_campaigns
    from campaigns
    inner join listed on campaigns.campaign_group_id = listed.campaign_group_id
    group by campaigns.campaign_group_id, campaigns.campaign_group_name
),

-- Without credit the amount is 0; with credit of unknown amount it is unknown.
joined as (
    select
        models.attribution_model,
        models.attribution_basis,
        campaign_groups.campaign_group_id,
        campaign_groups.campaign_group_name,
        campaign_groups.n_campaigns,
        case
            when credited.campaign_group_id is null then 0 else credited.attributed_amount
        end as attributed_amount,
        coalesce(credited.weighted_opportunities, 0) as weighted_opportunities,
        spend.spend,
        coalesce(spend.spend_basis, 'none') as spend_basis,
        coalesce(spend.n_costs_without_rate, 0) as n_costs_without_rate
    from campaign_groups
    cross join models
    left join credited
        on
            campaign_groups.campaign_group_id = credited.campaign_group_id
            and models.attribution_model = credited.attribution_model
            and models.attribution_basis = credited.attribution_basis
    left join spend on campaign_groups.campaign_group_id = spend.campaign_group_id
),

final as (
    select
        {{ as_of_date() }} as as_of_on,
        attribution_model,
        attribution_basis,
        campaign_group_id,
        campaign_group_name,
        cast(n_campaigns as integer) as n_campaigns,
        cast(attributed_amount as {{ type_decimal(2) }}) as attributed_amount,
        cast(weighted_opportunities as {{ type_decimal(12) }}) as weighted_opportunities,
        spend,
        spend_basis,
        cast(n_costs_without_rate as integer) as n_costs_without_rate,
        {{ return_on_spend_ratio('attributed_amount', 'spend') }} as return_on_spend_ratio,
        {{ has_enough('returns', 'weighted_opportunities') }} as is_reliable,
        {{ return_on_spend_reason(
            'attributed_amount', 'spend', "(spend_basis <> 'none')", 'n_costs_without_rate'
        ) }} as return_on_spend_reason
    from joined
)

select * from final
