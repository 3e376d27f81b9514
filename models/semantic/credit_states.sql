with credits as (
    select * from {{ ref('fct_attribution') }}
),

reporting_dates as (
    select * from {{ ref('int_reporting_dates') }}
),

final as (
    select
        reporting_dates.as_of_on,
        credits.attribution_id,
        credits.account_id,
        credits.attributed_amount as recent_attributed_amount,
        case when credits.is_abm_touch then credits.attributed_amount else 0 end
            as recent_programme_amount
    from credits
    inner join reporting_dates
        on {{ is_in_trailing_days(
            'credits.closed_on', credited_share_days(), 'reporting_dates.as_of_on'
        ) }}
)

select * from final
