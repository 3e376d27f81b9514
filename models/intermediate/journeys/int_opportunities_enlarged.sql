-- Whether an opportunity grew after the programme first touched it. What it was then is known from
-- its history alone: one without history is as it stands now, not as it stood then.
with opportunities as (
    select * from {{ ref('int_opportunities_now') }}
),

programme_touches as (
    select * from {{ ref('int_opportunity_programme_touches') }}
    where first_touched_after_creation_at is not null
),

versions as (
    select * from {{ ref('int_opportunity_versions') }}
    where history_basis = 'exact'
),

numbers_then as (
    select
        programme_touches.opportunity_id,
        max(versions.version_number) as version_number
    from programme_touches
    inner join versions
        on
            programme_touches.opportunity_id = versions.opportunity_id
            and programme_touches.first_touched_after_creation_at >= versions.valid_from_at
    group by programme_touches.opportunity_id
),

versions_then as (
    select versions.*
    from versions
    inner join numbers_then
        on
            versions.opportunity_id = numbers_then.opportunity_id
            and versions.version_number = numbers_then.version_number
),

final as (
    select
        opportunities.opportunity_id,
        case
            when programme_touches.opportunity_id is null then false
            else opportunities.original_amount > versions_then.amount
        end as is_enlarged
    from opportunities
    left join programme_touches
        on opportunities.opportunity_id = programme_touches.opportunity_id
    left join versions_then on opportunities.opportunity_id = versions_then.opportunity_id
)

select * from final
