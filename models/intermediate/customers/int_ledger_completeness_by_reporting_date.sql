with investments as (
    select * from {{ ref('int_investments') }}
),

ledger_lines as (
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

-- A cost that cannot be converted is a cost that is not known.
unknown_costs as (
    select distinct
        reporting_dates.as_of_on,
        investments.programme
    from investments
    inner join reporting_dates
        on
            investments.month_start_on >= reporting_dates.complete_months_from_on
            and investments.month_start_on < reporting_dates.month_start_on
    where investments.amount is null and investments.original_amount is not null
),

final as (
    select
        reporting_dates.as_of_on,
        programmes.programme,
        coalesce(months.n_months, 0) = 12 and unknown_costs.programme is null
            as is_ledger_complete
    from reporting_dates
    cross join programmes
    left join months
        on
            reporting_dates.as_of_on = months.as_of_on
            and programmes.programme = months.programme
    left join unknown_costs
        on
            reporting_dates.as_of_on = unknown_costs.as_of_on
            and programmes.programme = unknown_costs.programme
)

select * from final
