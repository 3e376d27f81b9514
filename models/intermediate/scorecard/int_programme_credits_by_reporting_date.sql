{%- set credited = default_attribution_model() ~ '_amount' -%}

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
        on {{ is_in_trailing_days(
            'touches.closed_on', credited_share_days(), 'reporting_dates.as_of_on'
        ) }}
    group by reporting_dates.as_of_on
)

select * from final
