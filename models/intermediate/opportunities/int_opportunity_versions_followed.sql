-- Every version with what had come before it, so that the version in force on a day says all there
-- is to say of the opportunity on that day.
{{ config(materialized='table') }}

with versions as (
    select * from {{ ref('int_opportunity_versions') }}
),

neighboured as (
    select
        *,
        lead(valid_from_at) over (
            partition by opportunity_id order by version_number
        ) as valid_to_at,
        lag(outcome) over (
            partition by opportunity_id order by version_number
        ) as previous_outcome,
        lag(stage_name) over (
            partition by opportunity_id order by version_number
        ) as previous_stage_name,
        lag(amount) over (
            partition by opportunity_id order by version_number
        ) as previous_amount,
        lag(close_on) over (
            partition by opportunity_id order by version_number
        ) as previous_close_on
    from versions
),

-- An unbroken run of one outcome: a deal that was reopened closes again. A change of amount or of
-- close date within a stage is no entry into it.
numbered as (
    select
        *,
        sum(case when outcome = previous_outcome then 0 else 1 end) over (
            partition by opportunity_id
            order by version_number
            rows between unbounded preceding and current row
        ) as run_number,
        coalesce(previous_stage_name is null or previous_stage_name <> stage_name, false)
            as is_stage_entry,
        {% for column in ('stage_name', 'amount', 'close_on') -%}
        coalesce(
            {{ column }} <> previous_{{ column }},
            ({{ column }} is null) <> (previous_{{ column }} is null)
        ){{ ' or ' if not loop.last }}
        {%- endfor %} as is_change
    from neighboured
),

final as (
    select
        opportunity_id,
        version_number,
        valid_from_at,
        valid_to_at,
        history_basis,
        has_history,
        stage_name,
        stage_order,
        is_advanced_stage,
        is_stage_entry,
        amount,
        close_on,
        outcome,
        first_value(valid_from_at) over (
            partition by opportunity_id, run_number
            order by version_number
            rows between unbounded preceding and current row
        ) as outcome_since_at,
        first_value(history_basis) over (
            partition by opportunity_id, run_number
            order by version_number
            rows between unbounded preceding and current row
        ) as outcome_basis,
        first_value(close_on) over (
            partition by opportunity_id, run_number
            order by version_number
            rows between unbounded preceding and current row
        ) as outcome_close_on,
        max(case when is_change then valid_from_at end) over (
            partition by opportunity_id
            order by version_number
            rows between unbounded preceding and current row
        ) as last_changed_at,
        max(case when outcome = 'open' and is_advanced_stage then 1 else 0 end) over (
            partition by opportunity_id
            order by version_number
            rows between unbounded preceding and current row
        ) = 1 as has_been_advanced
    from numbered
)

select * from final
