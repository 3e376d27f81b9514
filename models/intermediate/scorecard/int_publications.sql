-- The builds that readers were shown, or will be once this one has finished. A version that a
-- snapshot keeps was published by the first of them that began no earlier.
with builds as (
    select
        started_at,
        as_of_on
    from {{ builds_ledger() }}
    where is_whole
),

final as (
    select
        started_at as published_at,
        as_of_on,
        lag(started_at) over (order by started_at) as previously_published_at,
        lag(as_of_on) over (order by started_at) as previous_as_of_on
    from builds
)

select * from final
