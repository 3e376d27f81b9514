-- Touches that another system of higher priority recorded too: same person, type and campaign (or
-- asset), in the same minute, or on the same day where either side knows the day only. A table: few
-- rows, dear to find, and read more than once.
{{ config(materialized='table') }}

with touchpoints as (
    select
        *,
        {{ source_priority('source_system') }} as source_priority,
        coalesce(campaign_name_key, content_asset_id, '') as subject_key
    from {{ ref('int_touchpoints_identified') }}
    where person_id is not null
),

-- Nearly no group has two systems, so the comparison of rows below is small.
shared_groups as (
    select
        person_id,
        interaction_type,
        subject_key,
        occurred_on
    from touchpoints
    group by person_id, interaction_type, subject_key, occurred_on
    having min(source_priority) < max(source_priority)
),

candidates as (
    select touchpoints.*
    from touchpoints
    inner join shared_groups
        on
            touchpoints.person_id = shared_groups.person_id
            and touchpoints.interaction_type = shared_groups.interaction_type
            and touchpoints.subject_key = shared_groups.subject_key
            and touchpoints.occurred_on = shared_groups.occurred_on
),

pairs as (
    select
        repeats.source_system,
        repeats.source_table,
        repeats.source_record_id,
        repeats.interaction_type,
        repeats.person_id,
        repeats.subject_key,
        repeats.occurred_at,
        kept.source_system as kept_in_system,
        row_number() over (
            partition by
                repeats.source_system, repeats.source_table, repeats.source_record_id,
                repeats.interaction_type, repeats.person_id, repeats.subject_key,
                repeats.occurred_at
            order by
                kept.source_priority, {{ binary_order('kept.source_record_id') }}, kept.occurred_at
        ) as pair_rank
    from candidates as repeats
    inner join candidates as kept
        on
            repeats.person_id = kept.person_id
            and repeats.interaction_type = kept.interaction_type
            and repeats.subject_key = kept.subject_key
            and repeats.occurred_on = kept.occurred_on
            and repeats.source_priority > kept.source_priority
            and (
                repeats.is_date_only
                or kept.is_date_only
                or {{ dbt.date_trunc('minute', 'repeats.occurred_at') }}
                = {{ dbt.date_trunc('minute', 'kept.occurred_at') }}
            )
),

final as (
    select
        source_system,
        source_table,
        source_record_id,
        interaction_type,
        person_id,
        subject_key,
        occurred_at,
        kept_in_system
    from pairs
    where pair_rank = 1
)

select * from final
