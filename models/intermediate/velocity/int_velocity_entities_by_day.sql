{{ config(materialized='table') }}

with deals as (
    select
        *,
        {{ is_in_trailing_days('closed_on', 365, 'as_of_on') }} as is_recent
    from {{ ref('int_velocity_deals_by_day') }}
),

stale as (
    select * from {{ ref('int_stale_opportunities_by_reporting_date') }}
),

-- Deals that closed in the trailing 365 days speak for cycles and win rates.
judged as (
    select
        deals.as_of_on,
        deals.entity_type,
        deals.entity_id,
        deals.fallback_sector,
        deals.opportunity_id,
        deals.is_advanced,
        deals.has_been_advanced,
        deals.history_basis,
        deals.is_advanced and stale.opportunity_id is not null as is_stale,
        case when deals.is_advanced then deals.amount end as advanced_amount,
        deals.is_won and deals.is_recent as is_win,
        deals.is_lost and deals.is_recent as is_loss,
        {{ counted_cycle_days('deals') }} as cycle_days
    from deals
    left join stale
        on deals.opportunity_id = stale.opportunity_id and deals.as_of_on = stale.as_of_on
),

counted as (
    select
        as_of_on,
        entity_type,
        entity_id,
        fallback_sector,
        sum(case when is_advanced then 1 else 0 end) as n_advanced,
        sum(advanced_amount) as advanced_pipeline,
        count(advanced_amount) as n_advanced_amounts,
        sum(case when is_stale then 1 else 0 end) as n_stale,
        sum(case when history_basis = 'exact' then 0 else 1 end) as n_without_history,
        sum(case when is_win then 1 else 0 end) as n_won,
        sum(case when is_loss then 1 else 0 end) as n_lost,
        sum(case when is_win and has_been_advanced then 1 else 0 end) as n_won_from_advanced,
        sum(case when is_loss and has_been_advanced then 1 else 0 end) as n_lost_from_advanced,
        count(cycle_days) as n_cycles,
        avg(cast(cycle_days as {{ type_double() }})) as avg_cycle_days
    from judged
    group by as_of_on, entity_type, entity_id, fallback_sector
),

cycles as (
    select
        as_of_on,
        entity_type,
        entity_id,
        cycle_days,
        row_number() over (
            partition by as_of_on, entity_type, entity_id
            order by cycle_days, {{ binary_order('opportunity_id') }}
        ) as cycle_rank,
        count(*) over (partition by as_of_on, entity_type, entity_id) as n_cycles
    from judged
    where cycle_days is not null
),

medians as (
    select
        as_of_on,
        entity_type,
        entity_id,
        avg(cast(cycle_days as {{ type_double() }})) as median_cycle_days
    from cycles
    where {{ is_middle_row('cycle_rank', 'n_cycles') }}
    group by as_of_on, entity_type, entity_id
),

final as (
    select
        counted.*,
        medians.median_cycle_days
    from counted
    left join medians
        on
            counted.as_of_on = medians.as_of_on
            and counted.entity_type = medians.entity_type
            and counted.entity_id = medians.entity_id
)

select * from final
