with accounts as (
    select * from {{ ref('dim_accounts') }}
    where account_id <> 'unknown'
),

opportunities as (
    select * from {{ ref('fct_opportunities') }}
),

open_amounts as (
    select
        account_id,
        sum(amount) as amount
    from opportunities
    where is_open and opportunity_type in ('new_business', 'expansion')
    group by account_id
),

closed_ranked as (
    select
        account_id,
        amount,
        row_number() over (
            partition by account_id
            order by closed_on desc, {{ binary_order('opportunity_id') }} desc
        ) as recency_rank
    from opportunities
    where not is_open and closed_on is not null and amount > 0
),

valued as (
    select
        accounts.account_id,
        accounts.annual_revenue_usd,
        nullif(open_amounts.amount, 0) as open_amount,
        closed_ranked.amount as last_amount
    from accounts
    left join open_amounts on accounts.account_id = open_amounts.account_id
    left join closed_ranked
        on accounts.account_id = closed_ranked.account_id and closed_ranked.recency_rank = 1
),

final as (
    select
        account_id,
        case
            when open_amount is not null then 'open_pipeline'
            when last_amount is not null then 'last_amount'
            when annual_revenue_usd > 0 then 'annual_revenue'
        end as value_basis,
        cast(
            coalesce(
                open_amount,
                last_amount,
                case when annual_revenue_usd > 0 then annual_revenue_usd end
            ) as {{ type_decimal(2) }}
        ) as value_amount
    from valued
)

select * from final
