-- A change of amount or close date within a stage is no entry into it.
with versions as (
    select * from {{ ref('int_opportunity_versions') }}
),

final as (
    select versions.*
    from versions
    left join versions as previous
        on
            versions.opportunity_id = previous.opportunity_id
            and versions.version_number = previous.version_number + 1
    where previous.stage_name is null or previous.stage_name <> versions.stage_name
)

select * from final
