with accounts as (
    select * from {{ ref('int_accounts') }}
),

days as (
    select * from {{ ref('int_days') }}
),

memberships as (
    select * from {{ ref('int_account_memberships') }}
),

opportunities as (
    select * from {{ ref('int_opportunities_by_day') }}
    where opportunity_type = 'new_business' and not is_abm_at_creation
),

cells as (
    select
        days.as_of_on,
        programmes.programme,
        sectors.sector
    from days
    cross join (
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
        days.as_of_on,
        'abm' as programme,
        accounts.sector,
        count(*) as n_sharers
    from memberships
    inner join days on {{ is_in_force('memberships', 'days.as_of_on') }}
    inner join accounts on memberships.account_id = accounts.account_id
    group by days.as_of_on, accounts.sector

    union all

    select
        days.as_of_on,
        'non_abm' as programme,
        accounts.sector,
        count(*) as n_sharers
    from opportunities
    inner join days
        on
            opportunities.as_of_on = days.as_of_on
            and opportunities.created_on >= days.complete_months_from_on
            and opportunities.created_on < days.month_start_on
    inner join accounts on opportunities.account_id = accounts.account_id
    group by days.as_of_on, accounts.sector
),

final as (
    select
        cells.as_of_on,
        cells.programme,
        cells.sector,
        coalesce(sharers.n_sharers, 0) as n_sharers,
        sum(coalesce(sharers.n_sharers, 0)) over (
            partition by cells.as_of_on, cells.programme
            order by {{ binary_order('cells.sector') }}
            rows between unbounded preceding and current row
        ) as n_cumulated,
        sum(coalesce(sharers.n_sharers, 0)) over (
            partition by cells.as_of_on, cells.programme
        ) as n_all
    from cells
    left join sharers
        on
            cells.as_of_on = sharers.as_of_on
            and cells.programme = sharers.programme
            and cells.sector = sharers.sector
)

select * from final
