-- Customers and how their first term ended.
{{ config(materialized='table') }}

with opportunities as (
    select * from {{ ref('int_opportunities_valued') }}
    where is_won and account_id is not null
),

contracts as (
    select
        account_ids.account_id,
        contracts.contract_id,
        contracts.started_on,
        contracts.ended_on
    from {{ ref('stg_abm_program__contracts') }} as contracts
    inner join {{ ref('int_account_ids_resolved') }} as account_ids
        on contracts.account_id = account_ids.known_account_id
    where
        contracts.started_on <= {{ as_of_date() }}
        and (contracts.ended_on is null or contracts.ended_on >= contracts.started_on)
),

ranked_first_deals as (
    select
        account_id,
        opportunity_id,
        closed_on as customer_since_on,
        is_abm_at_creation as is_abm_customer,
        contract_term_months,
        row_number() over (
            partition by account_id
            order by closed_on, closed_at, {{ binary_order('opportunity_id') }}
        ) as deal_rank
    from opportunities
    where opportunity_type = 'new_business'
),

ranked_contracts as (
    select
        account_id,
        ended_on,
        row_number() over (
            partition by account_id
            order by started_on, {{ binary_order('contract_id') }}
        ) as contract_rank
    from contracts
),

-- The last day of the first term: of the earliest contract, else of the deal's contract months,
-- else of 12 months.
termed as (
    select
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
        on deals.account_id = first_contracts.account_id and first_contracts.contract_rank = 1
    where deals.deal_rank = 1
),

renewed as (
    select distinct termed.account_id
    from termed
    inner join opportunities
        on
            termed.account_id = opportunities.account_id
            and opportunities.opportunity_type = 'renewal'
            and opportunities.closed_on >= {{ days_after('termed.term_end_on', -180) }}
            and opportunities.closed_on <= {{ days_after('termed.term_end_on', 90) }}
),

under_contract as (
    select distinct termed.account_id
    from termed
    inner join contracts
        on
            termed.account_id = contracts.account_id
            and contracts.started_on <= {{ days_after('termed.term_end_on', 90) }}
            and (
                contracts.ended_on is null
                or contracts.ended_on >= {{ days_after('termed.term_end_on', 90) }}
            )
),

final as (
    select
        termed.account_id,
        termed.customer_since_on,
        termed.is_abm_customer,
        termed.term_end_on,
        termed.retention_basis,
        termed.term_end_on <= {{ as_of_date(-90) }} as is_retention_observable,
        termed.customer_since_on < {{ as_of_date(-365) }} as is_expansion_observable,
        case
            when termed.term_end_on > {{ as_of_date(-90) }} then null
            when
                not exists (select 1 from contracts)
                and not exists (
                    select 1 from opportunities where opportunity_type = 'renewal'
                )
                then null
            else renewed.account_id is not null or under_contract.account_id is not null
        end as is_retained
    from termed
    left join renewed on termed.account_id = renewed.account_id
    left join under_contract on termed.account_id = under_contract.account_id
)

select * from final
