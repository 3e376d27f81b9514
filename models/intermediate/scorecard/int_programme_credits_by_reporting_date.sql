{%- set window_days = 90 -%}
{%- set credited = default_attribution_model() ~ '_amount' -%}

-- A month has too few wins to be told from chance: the trailing days are more, and every month has
-- as many.
with reporting_dates as (
    select * from {{ ref('int_reporting_dates') }}
),

touches as (
    select * from {{ ref('int_attributed_touches') }}
    where attribution_basis = 'revenue'
),

final as (
    select
        reporting_dates.as_of_on,
        cast(coalesce(sum(touches.{{ credited }}), 0) as {{ type_decimal(2) }}) as credited_amount,
        cast(
            coalesce(sum(case when touches.is_abm_touch then touches.{{ credited }} end), 0)
            as {{ type_decimal(2) }}
        ) as programme_credited_amount,
        cast(
            count(distinct case when touches.{{ credited }} is not null
                then touches.opportunity_id end) as integer
        ) as n_opportunities
    from reporting_dates
    left join touches
        on
            touches.closed_on <= reporting_dates.as_of_on
            and touches.closed_on
            > {{ days_after('reporting_dates.as_of_on', -window_days) }}
    group by reporting_dates.as_of_on
)

select * from final
