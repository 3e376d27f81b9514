-- One without any history has one version, as it stands now, closed only once its close date has
-- come.
{{ config(materialized='table') }}

with opportunities as (
    select * from {{ ref('int_opportunity_records_known') }}
),

changes as (
    select * from {{ ref('int_opportunity_change_records') }}
),

crm_stages as (
    select * from {{ ref('int_opportunity_stage_records') }}
),

stage_seed as (
    select * from {{ ref('opportunity_stages') }}
),

stages as (
    select
        stage_name,
        max(default_probability) as default_probability,
        {{ dbt.bool_or('is_closed') }} as is_closed,
        {{ dbt.bool_or('is_won') }} as is_won,
        min(sort_order) as sort_order
    from crm_stages
    group by stage_name
),

with_history as (
    select distinct opportunity_id
    from changes
    where changed_at is not null
),

recorded as (
    select
        changes.opportunity_id,
        changes.opportunity_change_id,
        changes.changed_at,
        changes.stage_name,
        changes.amount,
        changes.close_on,
        'exact' as history_basis,
        coalesce(
            stages.is_closed,
            case
                when changes.stage_name = opportunities.stage_name then opportunities.is_closed
            end,
            false
        ) as is_closed,
        coalesce(
            stages.is_won,
            case
                when changes.stage_name = opportunities.stage_name then opportunities.is_won
            end,
            false
        ) as is_won
    from changes
    inner join opportunities on changes.opportunity_id = opportunities.opportunity_id
    left join stages on changes.stage_name = stages.stage_name
    where {{ is_by_as_of('changes.changed_at') }}
),

unrecorded as (
    select
        opportunities.opportunity_id,
        'current' as opportunity_change_id,
        opportunities.created_at as changed_at,
        opportunities.stage_name,
        opportunities.amount,
        opportunities.close_on,
        'current_state' as history_basis,
        opportunities.is_closed and opportunities.close_on <= {{ as_of_date() }} as is_closed,
        opportunities.is_won and opportunities.close_on <= {{ as_of_date() }} as is_won
    from opportunities
    left join with_history on opportunities.opportunity_id = with_history.opportunity_id
    where
        with_history.opportunity_id is null
        and {{ existed_by_as_of('opportunities.created_at') }}
),

unioned as (
    select * from recorded
    union all
    select * from unrecorded
),

final as (
    select
        unioned.opportunity_id,
        unioned.opportunity_change_id,
        row_number() over (
            partition by unioned.opportunity_id
            order by unioned.changed_at, {{ binary_order('unioned.opportunity_change_id') }}
        ) as version_number,
        unioned.changed_at as valid_from_at,
        unioned.history_basis,
        unioned.stage_name,
        coalesce(stage_seed.stage_order, stages.sort_order) as stage_order,
        unioned.amount,
        unioned.close_on,
        case
            when unioned.is_won then 'won'
            when unioned.is_closed then 'lost'
            else 'open'
        end as outcome,
        (
            not coalesce(stages.is_closed, false)
            and coalesce(stage_seed.is_advanced, stages.default_probability >= 50, false)
        ) as is_advanced_stage
    from unioned
    left join stages on unioned.stage_name = stages.stage_name
    left join stage_seed on {{ normalised_text('unioned.stage_name') }} = stage_seed.stage_name
)

select * from final
