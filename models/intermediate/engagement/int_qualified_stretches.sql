with history as (
    select * from {{ ref('int_account_engagement_history') }}
),

final as (
    select
        account_id,
        valid_from_on,
        valid_to_on,
        min(valid_from_on) over (partition by account_id) as first_mqa_on
    from history
    where {{ is_mqa('aes_band', 'stakeholder_reach') }}
)

select * from final
