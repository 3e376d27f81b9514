{{ config(materialized='table') }}

{%- set rate_day = 'coalesce(placed.closed_on, placed.valid_from_on)' %}

with opportunities as (
    select * from {{ ref('int_opportunity_records_known') }}
),

states as (
    select * from {{ ref('int_opportunity_outcomes') }}
),

account_ids as (
    select * from {{ ref('int_account_ids') }}
),

opportunity_types as (
    select * from {{ ref('opportunity_types') }}
),

memberships as (
    select * from {{ ref('int_account_memberships') }}
),

rates as (
    select * from {{ ref('int_currency_rates') }}
),

placed as (
    select
        states.valid_from_on,
        states.valid_to_on,
        opportunities.opportunity_id,
        account_ids.account_id,
        opportunities.account_executive_id,
        opportunities.contract_term_months,
        opportunities.created_at,
        {{ date_of('opportunities.created_at') }} as created_on,
        states.stage_name,
        states.stage_order,
        states.is_advanced,
        states.has_been_advanced,
        states.last_changed_at,
        states.planned_close_on,
        states.history_basis,
        states.has_history,
        states.outcome,
        states.closed_on,
        states.closed_at,
        states.original_amount,
        coalesce(opportunities.currency, '{{ var("corporate_currency") }}') as original_currency,
        case
            when opportunities.opportunity_type_raw is not null
                then coalesce(opportunity_types.opportunity_type, 'other')
        end as stated_type
    from opportunities
    inner join states on opportunities.opportunity_id = states.opportunity_id
    left join account_ids on opportunities.account_id = account_ids.known_account_id
    left join opportunity_types
        on {{ normalised_text('opportunities.opportunity_type_raw') }} = opportunity_types.alias
),

-- A deal closed before it was created, as migrations leave them, is no earlier win of itself.
after_a_win as (
    select distinct
        placed.valid_from_on,
        placed.opportunity_id
    from placed
    inner join placed as wins
        on
            placed.account_id = wins.account_id
            and {{ is_in_force('wins', 'placed.valid_from_on') }}
            and placed.opportunity_id <> wins.opportunity_id
            and wins.outcome = 'won'
            and wins.closed_on < placed.created_on
    where placed.stated_type is null
),

final as (
    select
        placed.*,
        case
            when placed.stated_type is not null then placed.stated_type
            when after_a_win.opportunity_id is not null then 'expansion'
            else 'new_business'
        end as opportunity_type,
        placed.stated_type is null as is_type_inferred,
        placed.outcome = 'open' as is_open,
        placed.outcome = 'won' as is_won,
        placed.outcome = 'lost' as is_lost,
        case
            when placed.outcome = 'won' and placed.original_amount < 0 then null
            else {{ converted_amount(
                'placed.original_amount', 'own_rates.rate', 'reporting_rates.rate'
            ) }}
        end as amount,
        own_rates.rate is null or reporting_rates.rate is null as is_without_rate,
        case
            when placed.closed_on >= placed.created_on
                then {{ days_between('placed.created_on', 'placed.closed_on') }}
        end as cycle_days,
        memberships.abm_tier is not null as is_abm_at_creation,
        memberships.abm_tier as abm_tier_at_creation
    from placed
    left join after_a_win
        on
            placed.opportunity_id = after_a_win.opportunity_id
            and placed.valid_from_on = after_a_win.valid_from_on
    left join memberships
        on
            placed.account_id = memberships.account_id
            and {{ is_in_force('memberships', 'placed.created_on') }}
    left join rates as own_rates
        on {{ rate_on('own_rates', 'placed.original_currency', rate_day) }}
    left join rates as reporting_rates
        on {{ rate_on('reporting_rates', "'" ~ var('reporting_currency') ~ "'", rate_day) }}
)

select * from final
