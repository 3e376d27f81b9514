-- What the platform says goes before what somebody typed into the CRM, and is not added to it. A
-- cost of which one part cannot be converted has no amount.
with ad_spend as (
    select * from {{ ref('int_ad_spend') }}
    where {{ is_in_trailing_days('spent_on', 365) }}
),

actual_costs as (
    select * from {{ ref('int_campaign_costs') }}
    where {{ is_in_trailing_days('incurred_on', 365) }}
),

platforms as (
    select
        campaign_id,
        case when count(original_amount) = count(amount) then sum(amount) end as spend
    from ad_spend
    where campaign_id is not null
    group by campaign_id
),

final as (
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
)

select * from final
