-- From the deal's own row, not from its history: what the walk must add up to. It counts from its
-- close date, or from the day it was won; one whose row speaks of a time after the as-of date, as a
-- replay meets them, is left out.
with opportunities as (
    select * from {{ ref('int_opportunity_records_known') }}
),

changes as (
    select * from {{ ref('int_opportunity_change_records') }}
),

current_opportunities as (
    select * from {{ ref('int_opportunities_now') }}
),

rates as (
    select * from {{ ref('int_currency_rates') }}
),

changed_later as (
    select distinct opportunity_id
    from changes
    where not {{ is_by_as_of('changed_at') }}
),

won as (
    select
        opportunities.source_system,
        opportunities.opportunity_id,
        opportunities.currency,
        opportunities.amount as original_amount,
        case
            when current_opportunities.is_won then current_opportunities.closed_on
            else opportunities.close_on
        end as closed_on
    from opportunities
    left join current_opportunities
        on opportunities.opportunity_id = current_opportunities.opportunity_id
    left join changed_later on opportunities.opportunity_id = changed_later.opportunity_id
    where
        opportunities.is_won
        and changed_later.opportunity_id is null
        and {{ existed_by_as_of('opportunities.created_at') }}
),

final as (
    select
        won.source_system,
        won.opportunity_id,
        won.closed_on,
        case
            when won.original_amount >= 0
                then {{ converted_amount(
                    'won.original_amount', 'own_rates.rate', 'reporting_rates.rate'
                ) }}
        end as amount
    from won
    left join rates as own_rates on {{ rate_on('own_rates', 'won.currency', 'won.closed_on') }}
    left join rates as reporting_rates
        on {{ rate_on('reporting_rates', "'" ~ var('reporting_currency') ~ "'", 'won.closed_on') }}
    where won.closed_on <= {{ as_of_date() }}
)

select * from final
