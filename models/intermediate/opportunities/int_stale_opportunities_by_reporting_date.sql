with opportunities as (
    select * from {{ ref('int_opportunities_by_reporting_date') }}
    where is_open
),

final as (
    select
        as_of_on,
        opportunity_id
    from opportunities
    where
        coalesce({{ date_of('last_changed_at') }}, created_on)
        <= {{ days_after('as_of_on', -var('stale_after_days')) }}
)

select * from final
