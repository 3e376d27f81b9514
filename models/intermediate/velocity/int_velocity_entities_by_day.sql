{{ config(materialized='table') }}
{%- set sums = {
    'n_advanced': 'sum(case when is_advanced then 1 else 0 end)',
    'advanced_pipeline': 'sum(advanced_amount)',
    'n_advanced_amounts': 'count(advanced_amount)',
    'n_stale': 'sum(case when is_stale then 1 else 0 end)',
    'n_without_history': "sum(case when history_basis = 'exact' then 0 else 1 end)",
    'n_won': 'sum(case when is_win then 1 else 0 end)',
    'n_lost': 'sum(case when is_loss then 1 else 0 end)',
    'n_won_from_advanced': 'sum(case when is_win and has_been_advanced then 1 else 0 end)',
    'n_lost_from_advanced': 'sum(case when is_loss and has_been_advanced then 1 else 0 end)',
    'n_cycles': 'count(cycle_days)',
} %}

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

-- Most deals have no cycle and the others few lengths: medians are found among these rows.
lengths as (
    select
        as_of_on,
        entity_type,
        entity_id,
        fallback_sector,
        cycle_days,
        {% for name, expression in sums.items() -%}
            {{ expression }} as {{ name }},
        {% endfor -%}
        sum(cast(cycle_days as {{ type_double() }})) as total_cycle_days
    from judged
    group by as_of_on, entity_type, entity_id, fallback_sector, cycle_days
),

ranked as (
    select
        *,
        sum(n_cycles) over (
            partition by as_of_on, entity_type, entity_id
            order by cycle_days
            rows between unbounded preceding and current row
        ) as last_cycle_rank,
        sum(n_cycles) over (partition by as_of_on, entity_type, entity_id) as n_entity_cycles
    from lengths
),

final as (
    select
        as_of_on,
        entity_type,
        entity_id,
        fallback_sector,
        {% for name in sums -%}
            sum({{ name }}) as {{ name }},
        {% endfor -%}
        sum(total_cycle_days) / nullif(sum(n_cycles), 0) as avg_cycle_days,
        avg(case
            when {{ is_middle_row('last_cycle_rank', 'n_entity_cycles', 'n_cycles') }}
                then cast(cycle_days as {{ type_double() }})
        end) as median_cycle_days
    from ranked
    group by as_of_on, entity_type, entity_id, fallback_sector
)

select * from final
