-- Known by system and id: two systems may use the same id.
{{ config(materialized='table') }}

with person_merges as (
    select * from {{ ref('int_person_merges') }}
),

keyed as (
    select
        source_system || ':' || person_record_id as record_key,
        source_system || ':' || {{ minimum_text('merged_into_record_id') }} as merged_into_key,
        source_system,
        person_record_id,
        {{ minimum_text('email') }} as email
    from person_merges
    group by source_system, person_record_id
),

roots as (
    {{ hierarchy_roots('keyed', 'record_key', 'merged_into_key') }}
),

final as (
    select
        keyed.source_system,
        keyed.person_record_id,
        keyed.record_key,
        keyed.email,
        roots.root_id as surviving_record_key
    from keyed
    inner join roots on keyed.record_key = roots.record_key
)

select * from final
