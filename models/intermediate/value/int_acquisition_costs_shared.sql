-- What new customers cost in the 12 complete months, per programme and sector. Cost without a
-- sector is shared by counts. Running counts are rounded, so the shares sum to the cost to the
-- cent.
with investments as (
    select * from {{ ref('int_investments_valued') }}
    where {{ is_in_complete_months('month_start_on') }}
),

sharers as (
    select * from {{ ref('int_sector_sharers_counted') }}
),

ledgers as (
    select * from {{ ref('int_programme_ledgers_checked') }}
),

accounts as (
    select * from {{ ref('int_accounts_classified') }}
),

customers as (
    select * from {{ ref('int_customers_termed') }}
    where {{ is_in_complete_months('customer_since_on') }}
),

costs as (
    select
        programme,
        sector,
        sum(case when in_cac then amount else 0 end) as investment,
        sum(case when in_cac or category = 'sales_cost' then amount else 0 end)
            as investment_fully_loaded
    from investments
    group by programme, sector
),

acquired as (
    select
        case when customers.is_abm_customer then 'abm' else 'non_abm' end as programme,
        accounts.sector,
        count(*) as new_customers
    from customers
    inner join accounts on customers.account_id = accounts.account_id
    group by case when customers.is_abm_customer then 'abm' else 'non_abm' end, accounts.sector
),

-- Where there is cost to share and nobody to share it, the cost of a sector is unknown.
by_sector as (
    select
        sharers.programme,
        sharers.sector,
        (
            sharers.n_all > 0 or coalesce(shared_costs.investment_fully_loaded, 0) = 0
        ) as is_cost_shared,
        coalesce(own_costs.investment, 0)
        + {{ shared_cost('shared_costs.investment', 'sharers') }} as investment,
        coalesce(own_costs.investment_fully_loaded, 0)
        + {{ shared_cost('shared_costs.investment_fully_loaded', 'sharers') }}
            as investment_fully_loaded,
        coalesce(acquired.new_customers, 0) as new_customers
    from sharers
    left join costs as own_costs
        on
            sharers.programme = own_costs.programme
            and sharers.sector = own_costs.sector
    left join costs as shared_costs
        on sharers.programme = shared_costs.programme and shared_costs.sector is null
    left join acquired
        on sharers.programme = acquired.programme and sharers.sector = acquired.sector
),

programme_costs as (
    select
        programme,
        sum(investment) as investment,
        sum(investment_fully_loaded) as investment_fully_loaded
    from costs
    group by programme
),

by_programme as (
    select
        by_sector.programme,
        'all' as sector,
        true as is_cost_shared,
        coalesce(max(programme_costs.investment), 0) as investment,
        coalesce(max(programme_costs.investment_fully_loaded), 0) as investment_fully_loaded,
        sum(by_sector.new_customers) as new_customers
    from by_sector
    left join programme_costs on by_sector.programme = programme_costs.programme
    group by by_sector.programme
),

unioned as (
    select * from by_sector
    union all
    select * from by_programme
),

final as (
    select
        unioned.programme,
        unioned.sector,
        ledgers.is_ledger_complete,
        unioned.is_cost_shared,
        case
            when ledgers.is_ledger_complete and unioned.is_cost_shared then unioned.investment
        end as investment,
        case
            when ledgers.is_ledger_complete and unioned.is_cost_shared
                then unioned.investment_fully_loaded
        end as investment_fully_loaded,
        unioned.new_customers
    from unioned
    inner join ledgers on unioned.programme = ledgers.programme
)

select * from final
