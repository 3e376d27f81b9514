{% set horizon_months = 6 %}
{{ config(materialized='table') }}

with reporting_dates as (
    select * from {{ ref('int_reporting_dates') }}
),

velocities as (
    select * from {{ ref('int_velocities_by_day') }}
    where entity_type = 'all'
),

opportunities as (
    select * from {{ ref('int_forecast_deals_by_reporting_date') }}
),

recent_revenues as (
    select * from {{ ref('int_recent_revenues_by_reporting_date') }}
),

horizons as (
    {{ dbt.generate_series(horizon_months) }}
),

forecast_months as (
    select
        reporting_dates.as_of_on,
        cast(horizons.generated_number as integer) as horizon_months,
        cast(
            {{ dbt.dateadd(
                'month', 'cast(horizons.generated_number as integer)',
                'reporting_dates.month_start_on'
            ) }} as date
        ) as forecast_month_on
    from reporting_dates
    cross join horizons
),

open_deals as (
    select
        as_of_on,
        count(expected_amount) as n_known
    from opportunities
    group by as_of_on
),

expected_deals as (
    select
        as_of_on,
        expected_close_month_on,
        sum(expected_amount) as expected_amount
    from opportunities
    group by as_of_on, expected_close_month_on
),

final as (
    select
        forecast_months.as_of_on,
        forecast_months.forecast_month_on,
        forecast_months.horizon_months,
        'velocity' as method,
        {{ double_as_decimal('velocities.velocity_monthly_win_adjusted', 2) }} as expected_amount,
        case
            when velocities.as_of_on is null then 'no_deals'
            when velocities.velocity_monthly is null then velocities.velocity_reason
            when velocities.win_rate_from_advanced is null then 'no_closed_deals'
        end as forecast_reason
    from forecast_months
    left join velocities on forecast_months.as_of_on = velocities.as_of_on

    union all

    -- Nothing open brings nothing; open deals of which nothing is known bring nobody knows what.
    select
        forecast_months.as_of_on,
        forecast_months.forecast_month_on,
        forecast_months.horizon_months,
        'bottom_up' as method,
        case
            when open_deals.n_known = 0 then null
            else cast(coalesce(expected_deals.expected_amount, 0) as {{ type_decimal(2) }})
        end as expected_amount,
        case when open_deals.n_known = 0 then 'no_deal_with_forecast' end as forecast_reason
    from forecast_months
    left join open_deals on forecast_months.as_of_on = open_deals.as_of_on
    left join expected_deals
        on
            forecast_months.as_of_on = expected_deals.as_of_on
            and forecast_months.forecast_month_on = expected_deals.expected_close_month_on

    union all

    select
        forecast_months.as_of_on,
        forecast_months.forecast_month_on,
        forecast_months.horizon_months,
        'naive' as method,
        recent_revenues.won_amount_avg as expected_amount,
        cast(null as {{ dbt.type_string() }}) as forecast_reason
    from forecast_months
    inner join recent_revenues on forecast_months.as_of_on = recent_revenues.as_of_on
)

select * from final
