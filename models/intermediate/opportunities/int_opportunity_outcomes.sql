-- The closing version is the first of the unbroken run with the outcome of the stretch.
with stretches as (
    select * from {{ ref('int_opportunity_stretches') }}
),

versions as (
    select * from {{ ref('int_opportunity_versions_followed') }}
),

-- One without history is closed only once its close date has come.
in_force as (
    select
        stretches.opportunity_id,
        stretches.valid_from_on,
        stretches.valid_to_on,
        versions.stage_name,
        versions.stage_order,
        versions.is_advanced_stage,
        versions.amount,
        versions.history_basis,
        versions.has_history,
        versions.has_been_advanced,
        versions.last_changed_at,
        versions.close_on,
        versions.outcome_since_at,
        versions.outcome_close_on,
        versions.outcome_basis,
        case
            when
                not versions.has_history
                and versions.outcome_close_on > stretches.valid_from_on
                then 'open'
            else versions.outcome
        end as outcome
    from stretches
    left join versions
        on
            stretches.opportunity_id = versions.opportunity_id
            and (
                versions.valid_from_at is null
                or {{ date_of('versions.valid_from_at') }} <= stretches.valid_from_on
            )
            and (
                versions.valid_to_at is null
                or {{ date_of('versions.valid_to_at') }} > stretches.valid_from_on
            )
),

dated as (
    select
        opportunity_id,
        valid_from_on,
        valid_to_on,
        stage_name,
        stage_order,
        coalesce(outcome = 'open' and is_advanced_stage, false) as is_advanced,
        coalesce(outcome, 'open') as outcome,
        amount as original_amount,
        coalesce(history_basis, 'exact') as history_basis,
        coalesce(has_history, true) as has_history,
        coalesce(has_been_advanced, false) as has_been_advanced,
        last_changed_at,
        case when coalesce(outcome, 'open') = 'open' then close_on end as planned_close_on,
        case
            when outcome = 'open' then null
            when not has_history or outcome_close_on < {{ date_of('outcome_since_at') }}
                then outcome_close_on
            else {{ date_of('outcome_since_at') }}
        end as closed_on,
        case when outcome <> 'open' and outcome_basis = 'exact' then outcome_since_at end
            as closing_version_at
    from in_force
),

final as (
    select
        *,
        coalesce(closing_version_at, {{ end_of_day('closed_on') }}) as closed_at
    from dated
)

select * from final
