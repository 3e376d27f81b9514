-- Who shares the cost that names no sector: accounts in the programme (abm), new-business
-- opportunities created outside it in the 12 complete months (non_abm).
with accounts as (
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

final as (
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
)

select * from final
