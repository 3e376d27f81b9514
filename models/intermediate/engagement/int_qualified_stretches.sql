with history as (
    select * from {{ ref('int_account_engagement_history') }}
),

final as (
    select
        account_id,
        valid_from_on,
        valid_to_on
    from history
    where {{ is_mqa('aes_band', 'stakeholder_reach') }}
)

select * from final
