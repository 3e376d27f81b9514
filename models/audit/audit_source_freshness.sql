-- No clock is read: sources are compared with the freshest of them.
with newest as (
    {% for source_name in staged_sources() %}
    {{ newest_load(source_name) }}
    {% if not loop.last %} union all {% endif %}
    {% endfor %}
),

freshest as (
    select max(newest_record_at) as freshest_record_at
    from newest
),

measured as (
    select
        newest.source_system,
        newest.is_enabled,
        newest.is_delivered,
        newest.late_after_hours,
        newest.stale_after_hours,
        newest.newest_record_at,
        {{ dbt.datediff('newest.newest_record_at', 'freshest.freshest_record_at', 'hour') }}
            as hours_behind
    from newest
    cross join freshest
),

final as (
    select
        source_system,
        newest_record_at,
        cast(hours_behind as integer) as hours_behind,
        case
            when not is_enabled then 'off'
            when not is_delivered then 'no_data'
            when newest_record_at is null then 'unknown'
            when hours_behind > stale_after_hours then 'stale'
            when hours_behind > late_after_hours then 'late'
            else 'fresh'
        end as status
    from measured
)

select * from final
