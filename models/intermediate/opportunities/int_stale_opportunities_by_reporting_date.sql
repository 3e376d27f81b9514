with opportunities as (
    select * from {{ ref('int_opportunities_by_reporting_date') }}
    where is_open
),

touchpoints as (
    select * from {{ ref('int_touchpoints') }}
    where account_id is not null and (is_engagement or is_exposure) and not is_machine
),

untouched as (
    select
        as_of_on,
        opportunity_id,
        account_id
    from opportunities
    where
        coalesce({{ date_of('stage_changed_at') }}, created_on)
        <= {{ days_after('as_of_on', -var('stale_after_days')) }}
),

touched_days as (
    select distinct
        account_id,
        occurred_on
    from touchpoints
),

touched as (
    select distinct
        untouched.as_of_on,
        untouched.opportunity_id
    from untouched
    inner join touched_days
        on
            untouched.account_id = touched_days.account_id
            and {{ is_in_trailing_days(
                'touched_days.occurred_on', var('stale_after_days'), 'untouched.as_of_on'
            ) }}
),

final as (
    select
        untouched.as_of_on,
        untouched.opportunity_id
    from untouched
    left join touched
        on
            untouched.opportunity_id = touched.opportunity_id
            and untouched.as_of_on = touched.as_of_on
    where touched.opportunity_id is null
)

select * from final
