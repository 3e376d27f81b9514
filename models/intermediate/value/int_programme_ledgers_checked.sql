-- Whether the cost of the 12 complete months is known: every month has a line in the ledger,
-- replaced ones included, and every cost can be converted.
with investments as (
    select * from {{ ref('int_investments_valued') }}
    where {{ is_in_complete_months('month_start_on') }}
),

ledger_lines as (
    select * from {{ ref('int_ledger_lines_valued') }}
    where {{ is_in_complete_months('month_start_on') }}
),

programmes as (
    select 'abm' as programme
    union all
    select 'non_abm' as programme
),

months as (
    select
        programme,
        count(distinct month_start_on) as n_months
    from ledger_lines
    group by programme
),

-- A cost that cannot be converted is a cost that is not known.
unknown_costs as (
    select distinct programme
    from investments
    where amount is null and original_amount is not null
),

final as (
    select
        programmes.programme,
        coalesce(months.n_months, 0) = 12 and unknown_costs.programme is null
            as is_ledger_complete
    from programmes
    left join months on programmes.programme = months.programme
    left join unknown_costs on programmes.programme = unknown_costs.programme
)

select * from final
