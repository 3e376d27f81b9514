with opportunities as (
    select * from {{ ref('int_opportunities_now') }}
),

versions as (
    select * from {{ ref('int_opportunity_versions') }}
),

unmapped_values as (
    select * from {{ ref('int_unmapped_raw_values') }}
),

behind as (
    select distinct opportunity_id
    from versions
    where has_history and history_basis = 'current_state'
),

unknown_stages as (
    select count(*) as n_stage_names
    from unmapped_values
    where seed_name = 'stages of opportunity history'
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
        cast(unknown_stages.n_stage_names as bigint) as n_unknown_stage_names
    from counted
    cross join unknown_stages
)

select * from final
