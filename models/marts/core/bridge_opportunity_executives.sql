with opportunities as (
    select * from {{ ref('fct_opportunities') }}
),

sharers as (
    select * from {{ ref('int_opportunity_sharers') }}
),

users as (
    select * from {{ ref('dim_account_executives') }}
),

-- A user that the CRM's list lacks is the unknown one, as everywhere.
members as (
    select
        opportunities.opportunity_id,
        case
            when sharers.opportunity_id is null then opportunities.account_executive_id
            else coalesce(users.account_executive_id, 'unknown')
        end as account_executive_id,
        min(opportunities.amount) as amount,
        sum(coalesce(sharers.parts, 1)) as parts
    from opportunities
    left join sharers on opportunities.opportunity_id = sharers.opportunity_id
    left join users on sharers.account_executive_id = users.account_executive_id
    group by 1, 2
),

-- Rounded at the running sum less rounded before it, so that the rates sum to exactly 1.
cumulated as (
    select
        *,
        sum(parts) over (
            partition by opportunity_id
            order by parts desc, {{ binary_order('account_executive_id') }}
            rows between unbounded preceding and current row
        ) as parts_up_to_here,
        sum(parts) over (partition by opportunity_id) as parts_in_all
    from members
),

rated as (
    select
        opportunity_id,
        account_executive_id,
        cast(amount * 100 as {{ type_decimal(0, 20) }}) as cents_in_all,
        cast(
            {{ double_as_decimal('parts_up_to_here / parts_in_all', 6) }}
            - {{ double_as_decimal('(parts_up_to_here - parts) / parts_in_all', 6) }}
            as {{ type_decimal(6, 7) }}
        ) as split_rate
    from cumulated
),

floored as (
    select
        *,
        floor(split_rate * cents_in_all) as cents,
        split_rate * cents_in_all - floor(split_rate * cents_in_all) as remainder
    from rated
),

-- The cents that are missing go to the largest remainders.
ranked as (
    select
        *,
        cents_in_all - sum(cents) over (partition by opportunity_id) as n_missing,
        row_number() over (
            partition by opportunity_id
            order by remainder desc, split_rate desc, {{ binary_order('account_executive_id') }}
        ) as remainder_rank
    from floored
),

final as (
    select
        opportunity_id,
        account_executive_id,
        cast(split_rate as {{ type_decimal(6) }}) as split_rate,
        cast(
            cast(
                cents + case when remainder_rank <= n_missing then 1 else 0 end
                as {{ type_decimal(0) }}
            ) * 0.01 as {{ type_decimal(2) }}
        ) as split_amount
    from ranked
)

select * from final
