{{ config(materialized='table') }}

with opportunities as (
    select * from {{ ref('int_opportunities_by_day') }}
    where is_won and account_id is not null and opportunity_type = 'new_business'
),

contracts as (
    select * from {{ ref('int_contracts_by_day') }}
),

ranked_first_deals as (
    select
        as_of_on,
        account_id,
        closed_on as customer_since_on,
        is_abm_at_creation as is_abm_customer,
        contract_term_months,
        row_number() over (
            partition by as_of_on, account_id
            order by closed_on, closed_at, {{ binary_order('opportunity_id') }}
        ) as deal_rank
    from opportunities
),

ranked_contracts as (
    select
        as_of_on,
        account_id,
        ended_on,
        row_number() over (
            partition by as_of_on, account_id
            order by started_on, {{ binary_order('contract_id') }}
        ) as contract_rank
    from contracts
),

final as (
    select
        deals.as_of_on,
        deals.account_id,
        deals.customer_since_on,
        deals.is_abm_customer,
        coalesce(
            first_contracts.ended_on,
            {{ days_after(
                dbt.dateadd(
                    'month', 'coalesce(deals.contract_term_months, 12)', 'deals.customer_since_on'
                ),
                -1
            ) }}
        ) as term_end_on,
        case
            when first_contracts.ended_on is not null then 'contract'
            when deals.contract_term_months is not null then 'opportunity_term'
            else 'assumed_12_months'
        end as retention_basis
    from ranked_first_deals as deals
    left join ranked_contracts as first_contracts
        on
            deals.as_of_on = first_contracts.as_of_on
            and deals.account_id = first_contracts.account_id
            and first_contracts.contract_rank = 1
    where deals.deal_rank = 1
)

select * from final
