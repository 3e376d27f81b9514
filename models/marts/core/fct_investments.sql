with investments as (
    select * from {{ ref('int_investments') }}
),

final as (
    select
        investment_id,
        month_start_on,
        programme,
        category,
        abm_tier,
        coalesce(channel, 'unknown') as channel,
        coalesce(campaign_id, 'unknown') as campaign_id,
        sector,
        amount,
        is_without_rate,
        in_roi as is_in_roi,
        original_amount,
        original_currency,
        source_system
    from investments
)

select * from final
