{{ config(contract={'enforced': is_contract_enforced('opportunities')}) }}

with opportunities as (
    select * from {{ ref('int_opportunities_now') }}
),

stale as (
    select * from {{ ref('int_stale_opportunities_by_reporting_date') }}
    where as_of_on = {{ as_of_date() }}
),

sourced as (
    select * from {{ ref('int_opportunity_sourcing') }}
),

users as (
    select * from {{ ref('dim_account_executives') }}
),

memberships as (
    select * from {{ ref('int_account_memberships') }}
),

final as (
    select
        opportunities.opportunity_id,
        coalesce(opportunities.account_id, 'unknown') as account_id,
        coalesce(users.account_executive_id, 'unknown') as account_executive_id,
        opportunities.opportunity_name,
        {{ told_apart(
            'opportunities.opportunity_name', 'opportunities.account_id',
            'opportunities.created_on', 'opportunities.opportunity_id'
        ) }} as opportunity_label,
        opportunities.opportunity_type,
        opportunities.is_type_inferred,
        opportunities.stage_name,
        opportunities.is_advanced,
        opportunities.is_open,
        opportunities.is_won,
        opportunities.is_lost,
        opportunities.amount,
        opportunities.original_amount,
        opportunities.original_currency,
        opportunities.created_at,
        opportunities.created_on,
        opportunities.closed_at,
        opportunities.closed_on,
        opportunities.planned_close_on,
        cast(opportunities.cycle_days as integer) as cycle_days,
        opportunities.is_abm_at_creation,
        coalesce(opportunities.abm_tier_at_creation, 'none') as abm_tier_at_creation,
        case
            when opportunities.closed_on is not null then memberships.abm_tier is not null
        end as is_abm_at_close,
        case
            when opportunities.closed_on is not null then coalesce(memberships.abm_tier, 'none')
        end as abm_tier_at_close,
        sourced.sourcing_class,
        sourced.is_accelerated,
        sourced.is_enlarged,
        sourced.is_above_first_amount,
        coalesce({{ date_of('opportunities.last_changed_at') }}, opportunities.created_on)
            as last_changed_on,
        stale.opportunity_id is not null as is_stale,
        opportunities.history_basis
        {{ with_passthrough('opportunities', 'opportunities') }}
    from opportunities
    left join stale on opportunities.opportunity_id = stale.opportunity_id
    left join sourced on opportunities.opportunity_id = sourced.opportunity_id
    left join memberships
        on
            opportunities.account_id = memberships.account_id
            and {{ is_in_force('memberships', 'opportunities.closed_on') }}
    left join users on opportunities.account_executive_id = users.account_executive_id
)

select * from final
