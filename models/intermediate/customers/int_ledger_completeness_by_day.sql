with ledger_lines as (
    select * from {{ ref('int_ledger_lines') }}
),

days as (
    select * from {{ ref('int_days') }}
),

programmes as (
    select 'abm' as programme
    union all
    select 'non_abm' as programme
),

months as (
    select
        days.as_of_on,
        ledger_lines.programme,
        count(distinct ledger_lines.month_start_on) as n_months
    from ledger_lines
    inner join days
        on
            ledger_lines.month_start_on >= days.complete_months_from_on
            and ledger_lines.month_start_on < days.month_start_on
    group by days.as_of_on, ledger_lines.programme
),

final as (
    select
        days.as_of_on,
        programmes.programme,
        coalesce(months.n_months, 0) = 12 as is_ledger_complete
    from days
    cross join programmes
    left join months
        on
            days.as_of_on = months.as_of_on
            and programmes.programme = months.programme
)

select * from final
