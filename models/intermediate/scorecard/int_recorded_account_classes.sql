with accounts as (
    select * from {{ ref('int_accounts') }}
),

final as (
    select
        account_id,
        sector,
        account_size_tier
    from accounts
)

select * from final
