-- Where every opportunity stands on the as-of date, and when it closed. The closing version is the
-- first of the final unbroken run with one outcome: a deal that was reopened closed later.
with opportunities as (
    select * from {{ ref('int_opportunities_known') }}
),

versions as (
    select * from {{ ref('int_opportunity_versions_dated') }}
),

last_numbers as (
    select
        opportunity_id,
        max(version_number) as version_number
    from versions
    group by opportunity_id
),

last_versions as (
    select versions.*
    from versions
    inner join last_numbers
        on
            versions.opportunity_id = last_numbers.opportunity_id
            and versions.version_number = last_numbers.version_number
),

last_different as (
    select
        versions.opportunity_id,
        max(versions.version_number) as version_number
    from versions
    inner join last_versions
        on
            versions.opportunity_id = last_versions.opportunity_id
            and versions.outcome <> last_versions.outcome
    group by versions.opportunity_id
),

closing_versions as (
    select versions.*
    from versions
    left join last_different on versions.opportunity_id = last_different.opportunity_id
    where versions.version_number = coalesce(last_different.version_number, 0) + 1
),

advanced as (
    select distinct opportunity_id
    from versions
    where is_advanced
),

stage_entries as (
    select
        opportunity_id,
        max(valid_from_at) as stage_changed_at
    from {{ ref('int_opportunity_stages_entered') }}
    group by opportunity_id
),

dated as (
    select
        opportunities.opportunity_id,
        last_versions.stage_name,
        last_versions.stage_order,
        coalesce(last_versions.is_advanced, false) as is_advanced,
        coalesce(last_versions.outcome, 'open') as outcome,
        last_versions.amount as original_amount,
        coalesce(last_versions.history_basis, 'exact') as history_basis,
        advanced.opportunity_id is not null as has_been_advanced,
        stage_entries.stage_changed_at,
        case
            when last_versions.outcome = 'open' then null
            when
                last_versions.history_basis = 'current_state'
                or closing_versions.close_on < {{ date_of('closing_versions.valid_from_at') }}
                then closing_versions.close_on
            else {{ date_of('closing_versions.valid_from_at') }}
        end as closed_on,
        case
            when last_versions.outcome <> 'open' and last_versions.history_basis = 'exact'
                then closing_versions.valid_from_at
        end as closing_version_at
    from opportunities
    left join last_versions on opportunities.opportunity_id = last_versions.opportunity_id
    left join closing_versions on opportunities.opportunity_id = closing_versions.opportunity_id
    left join advanced on opportunities.opportunity_id = advanced.opportunity_id
    left join stage_entries on opportunities.opportunity_id = stage_entries.opportunity_id
    where {{ existed_by_as_of('opportunities.created_at') }}
),

final as (
    select
        *,
        coalesce(closing_version_at, {{ end_of_day('closed_on') }}) as closed_at
    from dated
)

select * from final
