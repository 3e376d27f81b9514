-- Every version with what had come before it, so that the version in force on a day says all there
-- is to say of the opportunity on that day.
{{ config(materialized='table') }}

with versions as (
    select * from {{ ref('int_opportunity_versions') }}
),

stage_entries as (
    select * from {{ ref('int_opportunity_stage_entries') }}
),

neighboured as (
    select
        versions.*,
        stage_entries.valid_from_at as stage_entered_at,
        lead(versions.valid_from_at) over (
            partition by versions.opportunity_id order by versions.version_number
        ) as valid_to_at,
        lag(versions.outcome) over (
            partition by versions.opportunity_id order by versions.version_number
        ) as previous_outcome
    from versions
    left join stage_entries
        on
            versions.opportunity_id = stage_entries.opportunity_id
            and versions.version_number = stage_entries.version_number
),

-- An unbroken run of one outcome: a deal that was reopened closes again.
numbered as (
    select
        *,
        sum(case when outcome = previous_outcome then 0 else 1 end) over (
            partition by opportunity_id
            order by version_number
            rows between unbounded preceding and current row
        ) as run_number
    from neighboured
),

final as (
    select
        opportunity_id,
        version_number,
        valid_from_at,
        valid_to_at,
        history_basis,
        stage_name,
        stage_order,
        is_advanced_stage,
        amount,
        outcome,
        first_value(valid_from_at) over (
            partition by opportunity_id, run_number
            order by version_number
            rows between unbounded preceding and current row
        ) as outcome_since_at,
        first_value(close_on) over (
            partition by opportunity_id, run_number
            order by version_number
            rows between unbounded preceding and current row
        ) as outcome_close_on,
        max(stage_entered_at) over (
            partition by opportunity_id
            order by version_number
            rows between unbounded preceding and current row
        ) as stage_changed_at,
        max(case when outcome = 'open' and is_advanced_stage then 1 else 0 end) over (
            partition by opportunity_id
            order by version_number
            rows between unbounded preceding and current row
        ) = 1 as has_been_advanced
    from numbered
)

select * from final
