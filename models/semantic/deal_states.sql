with opportunities as (
    select
        *,
        {{ is_in_trailing_days('closed_on', 365, 'as_of_on') }} as is_recent
    from {{ ref('int_opportunities_by_reporting_date') }}
    where opportunity_type in ('new_business', 'expansion')
),

counted as (
    select
        *,
        is_won and is_recent as is_win,
        is_lost and is_recent as is_loss,
        {{ counted_cycle_days('opportunities') }} as counted_cycle_days
    from opportunities
),

final as (
    select
        as_of_on,
        opportunity_id,
        coalesce(account_id, 'unknown') as account_id,
        opportunity_type,
        coalesce(abm_tier_at_creation, 'none') as abm_tier_at_creation,
        coalesce(case when is_open then amount end, 0) as open_amount,
        case when is_advanced then 1 else 0 end as advanced_deals,
        coalesce(case when is_advanced then amount end, 0) as advanced_amount,
        case when is_advanced and amount is not null then 1 else 0 end as advanced_known_amounts,
        case when is_win then 1 else 0 end as recent_wins,
        case when is_loss then 1 else 0 end as recent_losses,
        case when is_win and has_been_advanced then 1 else 0 end as recent_advanced_wins,
        case when is_loss and has_been_advanced then 1 else 0 end as recent_advanced_losses,
        counted_cycle_days as recent_cycle_days,
        case when counted_cycle_days is null then 0 else 1 end as recent_cycles
    from counted
)

select * from final
