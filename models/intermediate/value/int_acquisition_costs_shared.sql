-- What new customers cost in the 12 complete months, per programme and sector. Cost without a
-- sector is shared: by accounts in the programme (abm), by new-business opportunities created
-- outside it (non_abm). Running counts are rounded, so the shares sum to the cost to the cent.
with investments as (
    select * from {{ ref('int_investments_valued') }}
    where {{ is_in_complete_months('month_start_on') }}
),

ledger_lines as (
    select * from {{ ref('int_ledger_lines_valued') }}
    where {{ is_in_complete_months('month_start_on') }}
),

accounts as (
    select * from {{ ref('int_accounts_classified') }}
),

memberships as (
    select * from {{ ref('int_account_memberships_joined') }}
    where {{ is_valid_on(as_of_date(), 'valid_from_on', 'valid_to_on') }}
),

opportunities as (
    select * from {{ ref('int_opportunities_valued') }}
    where
        opportunity_type = 'new_business'
        and not is_abm_at_creation
        and {{ is_in_complete_months('created_on') }}
),

customers as (
    select * from {{ ref('int_customers_termed') }}
    where {{ is_in_complete_months('customer_since_on') }}
),

cells as (
    select
        programmes.programme,
        sectors.sector
    from (
        select 'abm' as programme
        union all
        select 'non_abm' as programme
    ) as programmes
    cross join (
        select sector from {{ ref('sector_thresholds') }}
        union all
        select 'other' as sector
    ) as sectors
),

sharers as (
    select
        'abm' as programme,
        accounts.sector,
        count(*) as n_sharers
    from memberships
    inner join accounts on memberships.account_id = accounts.account_id
    group by accounts.sector

    union all

    select
        'non_abm' as programme,
        accounts.sector,
        count(*) as n_sharers
    from opportunities
    inner join accounts on opportunities.account_id = accounts.account_id
    group by accounts.sector
),

cumulated as (
    select
        cells.programme,
        cells.sector,
        coalesce(sharers.n_sharers, 0) as n_sharers,
        sum(coalesce(sharers.n_sharers, 0)) over (
            partition by cells.programme
            order by cells.sector
            rows between unbounded preceding and current row
        ) as n_cumulated,
        sum(coalesce(sharers.n_sharers, 0)) over (partition by cells.programme) as n_all
    from cells
    left join sharers
        on cells.programme = sharers.programme and cells.sector = sharers.sector
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

ledger as (
    select
        programme,
        count(distinct month_start_on) as n_months
    from ledger_lines
    group by programme
),

-- A cost that cannot be converted is a cost that is not known.
unknown_costs as (
    select distinct programme
    from investments
    where amount is null and original_amount is not null
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
        cumulated.programme,
        cumulated.sector,
        (
            cumulated.n_all > 0 or coalesce(shared_costs.investment_fully_loaded, 0) = 0
        ) as is_cost_shared,
        coalesce(own_costs.investment, 0)
        + {{ shared_cost('shared_costs.investment', 'cumulated') }} as investment,
        coalesce(own_costs.investment_fully_loaded, 0)
        + {{ shared_cost('shared_costs.investment_fully_loaded', 'cumulated') }}
            as investment_fully_loaded,
        coalesce(acquired.new_customers, 0) as new_customers,
        coalesce(ledger.n_months, 0) = 12 and unknown_costs.programme is null
            as is_ledger_complete
    from cumulated
    left join costs as own_costs
        on
            cumulated.programme = own_costs.programme
            and cumulated.sector = own_costs.sector
    left join costs as shared_costs
        on cumulated.programme = shared_costs.programme and shared_costs.sector is null
    left join acquired
        on cumulated.programme = acquired.programme and cumulated.sector = acquired.sector
    left join ledger on cumulated.programme = ledger.programme
    left join unknown_costs on cumulated.programme = unknown_costs.programme
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
        sum(by_sector.new_customers) as new_customers,
        {{ dbt.bool_or('by_sector.is_ledger_complete') }} as is_ledger_complete
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
        programme,
        sector,
        is_ledger_complete,
        is_cost_shared,
        case when is_ledger_complete and is_cost_shared then investment end as investment,
        case when is_ledger_complete and is_cost_shared then investment_fully_loaded end
            as investment_fully_loaded,
        new_customers
    from unioned
)

select * from final
