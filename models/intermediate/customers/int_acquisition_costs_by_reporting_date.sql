-- What new customers cost in the 12 complete months before a reporting date's month, per programme
-- and sector. Cost without a sector is shared by counts. Running counts are rounded, so the shares
-- sum to the cost to the cent.
with costs as (
    select * from {{ ref('int_acquisition_spend_by_reporting_date') }}
),

sharers as (
    select * from {{ ref('int_sector_sharers_by_reporting_date') }}
),

ledgers as (
    select * from {{ ref('int_ledger_completeness_by_reporting_date') }}
),

acquired as (
    select * from {{ ref('int_new_customers_by_reporting_date') }}
),

-- Where there is cost to share and nobody to share it, the cost of a sector is unknown.
by_sector as (
    select
        sharers.as_of_on,
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
            sharers.as_of_on = own_costs.as_of_on
            and sharers.programme = own_costs.programme
            and sharers.sector = own_costs.sector
    left join costs as shared_costs
        on
            sharers.as_of_on = shared_costs.as_of_on
            and sharers.programme = shared_costs.programme
            and shared_costs.sector is null
    left join acquired
        on
            sharers.as_of_on = acquired.as_of_on
            and sharers.programme = acquired.programme
            and sharers.sector = acquired.sector
),

programme_costs as (
    select
        as_of_on,
        programme,
        sum(investment) as investment,
        sum(investment_fully_loaded) as investment_fully_loaded
    from costs
    group by as_of_on, programme
),

by_programme as (
    select
        by_sector.as_of_on,
        by_sector.programme,
        'all' as sector,
        true as is_cost_shared,
        coalesce(max(programme_costs.investment), 0) as investment,
        coalesce(max(programme_costs.investment_fully_loaded), 0) as investment_fully_loaded,
        sum(by_sector.new_customers) as new_customers
    from by_sector
    left join programme_costs
        on
            by_sector.as_of_on = programme_costs.as_of_on
            and by_sector.programme = programme_costs.programme
    group by by_sector.as_of_on, by_sector.programme
),

unioned as (
    select * from by_sector
    union all
    select * from by_programme
),

final as (
    select
        unioned.as_of_on,
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
    inner join ledgers
        on unioned.as_of_on = ledgers.as_of_on and unioned.programme = ledgers.programme
)

select * from final
