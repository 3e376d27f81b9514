with account_values as (
    select * from {{ ref('int_account_values') }}
    where value_basis <> 'annual_revenue'
),

opportunities as (
    select * from {{ ref('int_opportunities_now') }}
    where amount is not null
),

final as (
    select
        'account' as entity_type,
        account_id as entity_id,
        value_amount as amount_at_stake
    from account_values

    union all

    select
        'opportunity' as entity_type,
        opportunity_id as entity_id,
        amount as amount_at_stake
    from opportunities

    union all

    select
        'account_executive' as entity_type,
        account_executive_id as entity_id,
        sum(amount) as amount_at_stake
    from opportunities
    where
        is_open
        and opportunity_type in ('new_business', 'expansion')
        and account_executive_id is not null
    group by account_executive_id
)

select * from final
