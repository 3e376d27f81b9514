{{ config(contract={'enforced': is_contract_enforced('users')}) }}

with users as (
    select * from {{ ref('int_users') }}
),

final as (
    select
        account_executive_id,
        account_executive_name,
        manager_id,
        is_active
        {{ with_passthrough('users') }}
    from users

    union all

    select
        'unknown' as account_executive_id,
        'Unknown account executive' as account_executive_name,
        null as manager_id,
        false as is_active
        {{ without_passthrough('users') }}
)

select * from final
