with campaigns as (
    select * from {{ ref('dim_campaigns') }}
),

ad_spend as (
    select * from {{ ref('int_ad_spend') }}
    where {{ is_in_trailing_days('spent_on', 365) }}
),

actual_costs as (
    select * from {{ ref('int_campaign_costs') }}
    where {{ is_in_trailing_days('incurred_on', 365) }}
),

costs as (
    select
        campaign_id,
        'platform' as spend_basis,
        original_amount,
        amount
    from ad_spend

    union all

    select
        campaign_id,
        'actual_cost' as spend_basis,
        original_amount,
        amount
    from actual_costs
),

summed as (
    select
        campaigns.campaign_group_id,
        costs.spend_basis,
        sum(costs.amount) as amount,
        count(costs.original_amount) - count(costs.amount) as n_costs_without_rate
    from costs
    inner join campaigns on costs.campaign_id = campaigns.campaign_id
    group by campaigns.campaign_group_id, costs.spend_basis
),

-- What the platform says goes before what somebody typed into the CRM, and is not added to it. A
-- cost of which one part cannot be converted has no amount.
ranked as (
    select
        campaign_group_id,
        spend_basis,
        n_costs_without_rate,
        case when n_costs_without_rate = 0 then amount end as amount,
        row_number() over (
            partition by campaign_group_id order by {{ binary_order('spend_basis') }} desc
        ) as basis_rank
    from summed
),

final as (
    select
        campaign_group_id,
        spend_basis,
        cast(amount as {{ type_decimal(2) }}) as spend,
        n_costs_without_rate
    from ranked
    where basis_rank = 1
)

select * from final
