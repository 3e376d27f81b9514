with users as (
    {{ union_sources('users') }}
),

final as (
    select
        account_executive_id,
        account_executive_name,
        manager_id,
        is_active
    from users

    union all

    select
        'unknown' as account_executive_id,
        'Unknown account executive' as account_executive_name,
        null as manager_id,
        false as is_active
)

select * from final
