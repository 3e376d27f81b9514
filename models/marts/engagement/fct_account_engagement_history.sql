with history as (
    select * from {{ ref('int_account_engagement_history') }}
),

final as (
    select
        account_id,
        valid_from_on,
        valid_to_on,
        'exact' as history_basis,
        valid_to_on is null or valid_to_on > {{ as_of_date(-2) }} as is_provisional,
        touchpoint_score,
        stakeholder_reach,
        content_consumption,
        intent_signals,
        aes,
        aes_band,
        engagement_points
    from history
)

select * from final
