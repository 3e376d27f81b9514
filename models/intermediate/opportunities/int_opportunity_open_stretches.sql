{{ config(materialized='table') }}

-- A deal without history is open until it closed.
with versions as (
    select * from {{ ref('int_opportunity_versions_followed') }}
),

opportunities as (
    select * from {{ ref('int_opportunities_now') }}
),

with_history as (
    select distinct opportunity_id
    from versions
    where has_history
),

stretches as (
    select
        opportunity_id,
        {{ date_of('outcome_since_at') }} as opened_on,
        case
            when count(*) = count(valid_to_at) then {{ date_of('max(valid_to_at)') }}
        end as closed_on
    from versions
    where outcome = 'open' and has_history
    group by opportunity_id, outcome_since_at

    union all

    select
        opportunities.opportunity_id,
        opportunities.created_on as opened_on,
        opportunities.closed_on
    from opportunities
    left join with_history on opportunities.opportunity_id = with_history.opportunity_id
    where with_history.opportunity_id is null and opportunities.created_on is not null
),

final as (
    select
        stretches.opportunity_id,
        opportunities.account_id,
        opportunities.opportunity_type,
        stretches.opened_on,
        stretches.closed_on
    from stretches
    inner join opportunities on stretches.opportunity_id = opportunities.opportunity_id
)

select * from final
