-- What every version of an opportunity changed in the one before it. Before the first one an
-- opportunity is open, at a stage, amount and close date that nobody knows. Without history the one
-- version says only that the deal is closed by now, which happened when it closed.
with versions as (
    select * from {{ ref('int_opportunity_versions') }}
),

opportunities as (
    select * from {{ ref('int_opportunities_now') }}
),

paired as (
    select
        versions.opportunity_id,
        versions.opportunity_change_id,
        versions.version_number,
        versions.history_basis,
        case when versions.has_history then versions.valid_from_at else opportunities.closed_at end
            as changed_at,
        versions.stage_name,
        versions.stage_order,
        versions.outcome,
        versions.close_on,
        versions.amount,
        lag(versions.stage_name) over (
            partition by versions.opportunity_id order by versions.version_number
        ) as previous_stage_name,
        lag(versions.stage_order) over (
            partition by versions.opportunity_id order by versions.version_number
        ) as previous_stage_order,
        coalesce(
            lag(versions.outcome) over (
                partition by versions.opportunity_id order by versions.version_number
            ),
            'open'
        ) as previous_outcome,
        lag(versions.close_on) over (
            partition by versions.opportunity_id order by versions.version_number
        ) as previous_close_on,
        lag(versions.amount) over (
            partition by versions.opportunity_id order by versions.version_number
        ) as previous_amount
    from versions
    inner join opportunities on versions.opportunity_id = opportunities.opportunity_id
),

final as (
    select
        *,
        case
            when outcome <> previous_outcome and outcome = 'open' then 'reopened'
            when outcome <> previous_outcome then outcome
            when outcome <> 'open' then null
            when stage_order > previous_stage_order then 'advanced'
            when stage_order < previous_stage_order then 'regressed'
        end as stage_change,
        case
            when
                outcome = 'open'
                and previous_outcome = 'open'
                and close_on > previous_close_on
                then 'slipped'
        end as close_change,
        case
            when amount > previous_amount then 'amount_up'
            when amount < previous_amount then 'amount_down'
        end as amount_change
    from paired
)

select * from final
