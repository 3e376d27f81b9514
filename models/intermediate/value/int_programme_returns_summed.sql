-- What was won in the ABM programme and what it cost, per period and tier.
with opportunities as (
    select * from {{ ref('int_opportunities_valued') }}
    where is_won and opportunity_type <> 'renewal'
),

memberships as (
    select * from {{ ref('int_account_memberships_joined') }}
),

investments as (
    select * from {{ ref('int_investments_valued') }}
    where programme = 'abm' and in_roi
),

won_in_programme as (
    select
        memberships.abm_tier,
        opportunities.closed_on as dated_on,
        opportunities.amount as revenue,
        0 as investment
    from opportunities
    inner join memberships
        on
            opportunities.account_id = memberships.account_id
            and {{ is_valid_on(
                'opportunities.closed_on', 'memberships.valid_from_on', 'memberships.valid_to_on'
            ) }}
),

entries as (
    select
        abm_tier,
        dated_on,
        revenue,
        investment
    from won_in_programme

    union all

    select
        abm_tier,
        month_start_on as dated_on,
        0 as revenue,
        amount as investment
    from investments
),

-- The first two rows are there whatever happened, so that an empty programme says so.
entries_by_period as (
    select
        'programme_to_date' as period,
        cast(null as {{ dbt.type_string() }}) as abm_tier,
        0 as revenue,
        0 as investment

    union all

    select
        'trailing_365_days' as period,
        null as abm_tier,
        0 as revenue,
        0 as investment

    union all

    select
        'programme_to_date' as period,
        abm_tier,
        revenue,
        investment
    from entries

    union all

    select
        'trailing_365_days' as period,
        abm_tier,
        revenue,
        investment
    from entries
    where {{ is_in_trailing_days('dated_on', 365) }}

    union all

    select
        {{ quarter_label('dated_on') }} as period,
        abm_tier,
        revenue,
        investment
    from entries
),

-- A tier that is none of the three is unknown; a ledger line without one is shared later.
final as (
    select
        period,
        case
            when abm_tier in ('one_to_one', 'one_to_few', 'one_to_many') then abm_tier
            when abm_tier is not null then 'unknown'
        end as abm_tier,
        coalesce(sum(revenue), 0) as revenue,
        coalesce(sum(investment), 0) as investment
    from entries_by_period
    group by
        period,
        case
            when abm_tier in ('one_to_one', 'one_to_few', 'one_to_many') then abm_tier
            when abm_tier is not null then 'unknown'
        end
)

select * from final
