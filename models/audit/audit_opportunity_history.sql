with opportunities as (
    select * from {{ ref('int_opportunities_now') }}
),

versions as (
    select * from {{ ref('int_opportunity_versions') }}
),

changes as (
    select * from {{ ref('int_opportunity_change_records') }}
),

stages as (
    select * from {{ ref('int_opportunity_stages') }}
),

behind as (
    select distinct opportunity_id
    from versions
    where has_history and history_basis = 'current_state'
),

unknown_stages as (
    select
        opportunities.source_system,
        count(distinct changes.stage_name) as n_stage_names
    from changes
    inner join opportunities on changes.opportunity_id = opportunities.opportunity_id
    inner join stages on changes.stage_name = stages.stage_name
    where stages.outcome is null and {{ is_by_as_of('changes.changed_at') }}
    group by opportunities.source_system
),

counted as (
    select
        opportunities.source_system,
        count(*) as n_opportunities,
        count(behind.opportunity_id) as n_behind,
        sum(case when behind.opportunity_id is not null then opportunities.amount end)
            as amount_behind
    from opportunities
    left join behind on opportunities.opportunity_id = behind.opportunity_id
    group by opportunities.source_system
),

final as (
    select
        counted.source_system,
        cast(counted.n_opportunities as bigint) as n_opportunities,
        cast(counted.n_behind as bigint) as n_behind,
        cast(coalesce(counted.amount_behind, 0) as {{ type_decimal(2) }}) as amount_behind,
        cast(coalesce(unknown_stages.n_stage_names, 0) as bigint) as n_unknown_stage_names
    from counted
    left join unknown_stages on counted.source_system = unknown_stages.source_system
)

select * from final
