with stretches as (
    select * from {{ ref('int_account_stretches') }}
),

opportunities as (
    select * from {{ ref('int_opportunities_now') }}
    where is_won and opportunity_type <> 'renewal'
),

final as (
    select
        opportunities.opportunity_id,
        opportunities.opportunity_type,
        stretches.sector,
        stretches.account_size_tier,
        stretches.was_customer_before,
        stretches.is_in_programme,
        stretches.abm_tier,
        opportunities.closed_on,
        opportunities.amount
    from opportunities
    inner join stretches
        on
            opportunities.account_id = stretches.account_id
            and {{ is_valid_on(
                'opportunities.closed_on', 'stretches.valid_from_on', 'stretches.valid_to_on'
            ) }}
)

select * from final
