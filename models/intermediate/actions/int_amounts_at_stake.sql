-- Of an account without open deals the amount of its last closed one.
with opportunities as (
    select * from {{ ref('int_opportunities_now') }}
    where opportunity_type in ('new_business', 'expansion') and amount is not null
),

last_closed as (
    select
        account_id,
        amount,
        row_number() over (
            partition by account_id
            order by closed_on desc, closed_at desc, {{ binary_order('opportunity_id') }}
        ) as deal_rank
    from opportunities
    where not is_open and account_id is not null
),

open_by_account as (
    select
        account_id,
        sum(amount) as amount
    from opportunities
    where is_open and account_id is not null
    group by account_id
),

final as (
    select
        'account' as entity_type,
        coalesce(open_by_account.account_id, last_closed.account_id) as entity_id,
        coalesce(open_by_account.amount, last_closed.amount) as amount_at_stake
    from open_by_account
    full outer join (
        select * from last_closed
        where deal_rank = 1
    ) as last_closed on open_by_account.account_id = last_closed.account_id

    union all

    select
        'opportunity' as entity_type,
        opportunity_id as entity_id,
        amount as amount_at_stake
    from {{ ref('int_opportunities_now') }}
    where amount is not null

    union all

    select
        'account_executive' as entity_type,
        account_executive_id as entity_id,
        sum(amount) as amount_at_stake
    from opportunities
    where is_open and account_executive_id is not null
    group by account_executive_id
)

select * from final
