with account_ids as (
    select * from {{ ref('int_account_ids') }}
),

final as (
    select
        known_account_id,
        account_id
    from account_ids
    where known_account_id <> account_id
)

select * from final
