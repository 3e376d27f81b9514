-- History may lag behind a deal, or lack it: the deal's own row has the last word.
{{ config(materialized='table') }}

with opportunities as (
    select
        *,
        case when is_won then 'won' when is_closed then 'lost' else 'open' end as outcome
    from {{ ref('int_opportunity_records_known') }}
),

changes as (
    select
        *,
        row_number() over (
            partition by opportunity_id
            order by changed_at desc, {{ binary_order('opportunity_change_id') }} desc
        ) as rank_from_last
    from {{ ref('int_opportunity_change_records') }}
    where changed_at is not null
),

stages as (
    select * from {{ ref('int_opportunity_stages') }}
),

-- A stage that the CRM does not list is what the deal is, if it is the deal's own or its last one.
recorded as (
    select
        changes.*,
        coalesce(
            stages.outcome,
            case
                when changes.rank_from_last = 1 or changes.stage_name = opportunities.stage_name
                    then opportunities.outcome
            end,
            'open'
        ) as outcome
    from changes
    inner join opportunities on changes.opportunity_id = opportunities.opportunity_id
    left join stages on changes.stage_name = stages.stage_name
),

-- What the deal says and its history does not: that it closed, from its close date; else a change.
stated as (
    select
        opportunities.*,
        recorded.changed_at as last_changed_at,
        case
            when recorded.opportunity_id is null then opportunities.created_at
            when opportunities.outcome <> recorded.outcome and opportunities.outcome <> 'open'
                then coalesce(opportunities.close_on, {{ date_of('recorded.changed_at') }})
            else coalesce(opportunities.modified_at, recorded.changed_at)
        end as stated_at
    from opportunities
    left join recorded
        on opportunities.opportunity_id = recorded.opportunity_id and recorded.rank_from_last = 1
    where
        recorded.opportunity_id is null
        or opportunities.outcome <> recorded.outcome
        or opportunities.stage_name is distinct from recorded.stage_name
        or opportunities.amount is distinct from recorded.amount
),

versions as (
    select
        opportunity_id,
        opportunity_change_id,
        changed_at,
        stage_name,
        amount,
        close_on,
        outcome,
        'exact' as history_basis,
        true as has_history
    from recorded

    union all

    select
        opportunity_id,
        'current' as opportunity_change_id,
        case when stated_at <= last_changed_at then last_changed_at else stated_at end
            as changed_at,
        stage_name,
        amount,
        close_on,
        case
            when last_changed_at is not null or close_on <= {{ as_of_date() }} then outcome
            else 'open'
        end as outcome,
        'current_state' as history_basis,
        last_changed_at is not null as has_history
    from stated
),

final as (
    select
        versions.opportunity_id,
        versions.opportunity_change_id,
        row_number() over (
            partition by versions.opportunity_id
            order by
                versions.changed_at, {{ binary_order('versions.history_basis') }} desc,
                {{ binary_order('versions.opportunity_change_id') }}
        ) as version_number,
        versions.changed_at as valid_from_at,
        versions.history_basis,
        versions.has_history,
        versions.stage_name,
        stages.stage_order,
        versions.amount,
        versions.close_on,
        versions.outcome,
        coalesce(stages.is_advanced_stage, false) as is_advanced_stage
    from versions
    left join stages on versions.stage_name = stages.stage_name
    where {{ existed_by_as_of('versions.changed_at') }}
)

select * from final
