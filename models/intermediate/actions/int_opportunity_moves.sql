with versions as (
    select * from {{ ref('int_opportunity_changes') }}
),

moves as (
    select
        opportunity_id,
        version_number,
        changed_at,
        stage_name,
        stage_change as move
    from versions
    where stage_change in ('won', 'lost', 'advanced')

    union all

    select
        opportunity_id,
        version_number,
        changed_at,
        stage_name,
        close_change as move
    from versions
    where close_change = 'slipped'
),

ranked as (
    select
        *,
        {{ date_of('changed_at') }} as fired_on,
        row_number() over (
            partition by opportunity_id, {{ date_of('changed_at') }}, move
            order by version_number desc
        ) as move_rank
    from moves
),

final as (
    select
        opportunity_id,
        fired_on,
        move,
        stage_name
    from ranked
    where move_rank = 1
)

select * from final
