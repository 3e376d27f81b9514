with changes as (
    select * from {{ ref('fct_opportunity_changes') }}
),

opportunities as (
    select * from {{ ref('fct_opportunities') }}
    where opportunity_type in ('new_business', 'expansion')
),

days as (
    select * from {{ ref('dim_dates') }}
    where date_day <= {{ as_of_date() }} and date_day > {{ as_of_date(-27 * 7) }}
),

weeks as (
    select distinct cast({{ dbt.date_trunc('week', 'date_day') }} as date) as week_start_on
    from days
),

-- Every kind of change that ever occurred, so that a week without one shows 0.
change_types as (
    select distinct change_type
    from changes
),

-- What happens to a deal twice in a week is counted once, so that its amount is.
moved as (
    select distinct
        cast({{ dbt.date_trunc('week', 'changes.changed_at') }} as date) as week_start_on,
        changes.change_type,
        opportunities.opportunity_id,
        opportunities.amount
    from changes
    inner join opportunities on changes.opportunity_id = opportunities.opportunity_id
),

final as (
    select
        weeks.week_start_on,
        change_types.change_type,
        cast(count(moved.opportunity_id) as integer) as n_opportunities,
        cast(coalesce(sum(moved.amount), 0) as {{ type_decimal(2) }}) as amount,
        cast(count(moved.opportunity_id) - count(moved.amount) as integer) as n_without_amount,
        weeks.week_start_on <= {{ as_of_date(-6) }} as is_complete_week
    from weeks
    cross join change_types
    left join moved
        on
            weeks.week_start_on = moved.week_start_on
            and change_types.change_type = moved.change_type
    where weeks.week_start_on > {{ as_of_date(-26 * 7) }}
    group by weeks.week_start_on, change_types.change_type
)

select * from final
