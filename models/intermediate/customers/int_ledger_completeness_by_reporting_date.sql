with ledger_lines as (
    select * from {{ ref('int_ledger_lines') }}
),

reporting_dates as (
    select * from {{ ref('int_reporting_dates') }}
),

programmes as (
    select 'abm' as programme
    union all
    select 'non_abm' as programme
),

months as (
    select
        reporting_dates.as_of_on,
        ledger_lines.programme,
        count(distinct ledger_lines.month_start_on) as n_months
    from ledger_lines
    inner join reporting_dates
        on
            ledger_lines.month_start_on >= reporting_dates.complete_months_from_on
            and ledger_lines.month_start_on < reporting_dates.month_start_on
    group by reporting_dates.as_of_on, ledger_lines.programme
),

final as (
    select
        reporting_dates.as_of_on,
        programmes.programme,
        coalesce(months.n_months, 0) = 12 as is_ledger_complete
    from reporting_dates
    cross join programmes
    left join months
        on
            reporting_dates.as_of_on = months.as_of_on
            and programmes.programme = months.programme
)

select * from final
