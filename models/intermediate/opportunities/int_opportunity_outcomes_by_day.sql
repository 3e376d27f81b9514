-- The closing version is the first of the unbroken run with the outcome of the date. What was lost
-- before the 12 complete months is nothing that is judged daily.
with opportunities as (
    select * from {{ ref('int_opportunity_records_known') }}
),

days as (
    select * from {{ ref('int_days') }}
),

versions as (
    select * from {{ ref('int_opportunity_versions_followed') }}
),

-- One without history is closed only once its close date has come.
in_force as (
    select
        days.as_of_on,
        versions.*,
        case
            when
                not versions.has_history
                and versions.outcome_close_on > days.as_of_on
                then 'open'
            else versions.outcome
        end as outcome_on_date
    from versions
    inner join days
        on
            (
                versions.valid_from_at is null
                or {{ date_of('versions.valid_from_at') }} <= days.as_of_on
            )
            and (
                versions.valid_to_at is null
                or {{ date_of('versions.valid_to_at') }} > days.as_of_on
            )
),

dated as (
    select
        days.as_of_on,
        days.is_reporting_date,
        days.complete_months_from_on,
        opportunities.opportunity_id,
        in_force.stage_name,
        in_force.stage_order,
        coalesce(in_force.outcome_on_date = 'open' and in_force.is_advanced_stage, false)
            as is_advanced,
        coalesce(in_force.outcome_on_date, 'open') as outcome,
        in_force.amount as original_amount,
        coalesce(in_force.history_basis, 'exact') as history_basis,
        coalesce(in_force.has_history, true) as has_history,
        coalesce(in_force.has_been_advanced, false) as has_been_advanced,
        in_force.last_changed_at,
        case
            when in_force.outcome_on_date = 'open' then null
            when
                not in_force.has_history
                or in_force.outcome_close_on < {{ date_of('in_force.outcome_since_at') }}
                then in_force.outcome_close_on
            else {{ date_of('in_force.outcome_since_at') }}
        end as closed_on,
        case
            when in_force.outcome_on_date <> 'open' and in_force.outcome_basis = 'exact'
                then in_force.outcome_since_at
        end as closing_version_at
    from opportunities
    inner join days
        on
            opportunities.created_at is null
            or {{ date_of('opportunities.created_at') }} <= days.as_of_on
    left join in_force
        on
            opportunities.opportunity_id = in_force.opportunity_id
            and days.as_of_on = in_force.as_of_on
),

final as (
    select
        *,
        coalesce(closing_version_at, {{ end_of_day('closed_on') }}) as closed_at
    from dated
    where
        is_reporting_date
        or outcome <> 'lost'
        or closed_on >= complete_months_from_on
)

select * from final
