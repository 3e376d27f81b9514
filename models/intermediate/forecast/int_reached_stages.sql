-- When an opportunity first entered a stage, first left it, and first was in a later one. By dates
-- alone, so that what happened after a day can be left out for that day.
with stage_entries as (
    select * from {{ ref('int_opportunity_versions_followed') }}
    where is_stage_entry and history_basis = 'exact'
),

first_entries as (
    select
        opportunity_id,
        stage_name,
        min(version_number) as version_number
    from stage_entries
    where outcome = 'open'
    group by opportunity_id, stage_name
),

entered as (
    select stage_entries.*
    from stage_entries
    inner join first_entries
        on
            stage_entries.opportunity_id = first_entries.opportunity_id
            and stage_entries.version_number = first_entries.version_number
),

final as (
    select
        entered.opportunity_id,
        entered.stage_name,
        entered.stage_order,
        {{ date_of('entered.valid_from_at') }} as entered_on,
        {{ date_of('min(later.valid_from_at)') }} as left_on,
        {{ date_of(
            "min(case when later.outcome = 'open' and later.stage_order > entered.stage_order"
            ~ " then later.valid_from_at end)"
        ) }} as moved_on
    from entered
    left join stage_entries as later
        on
            entered.opportunity_id = later.opportunity_id
            and entered.version_number < later.version_number
    group by
        entered.opportunity_id, entered.stage_name, entered.stage_order, entered.valid_from_at
)

select * from final
