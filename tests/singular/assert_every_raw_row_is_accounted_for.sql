-- No raw row is lost, and a table has rejected rows exactly if the audit lists some.
with listed as (
    select
        source_system,
        raw_table,
        count(*) as n_listed
    from {{ ref('audit_rejected_records') }}
    where is_blocking
    group by source_system, raw_table
)

select
    reconciliation.*,
    listed.n_listed
from {{ ref('audit_row_reconciliation') }} as reconciliation
left join listed
    on
        reconciliation.source_system = listed.source_system
        and reconciliation.raw_table = listed.raw_table
where
    reconciliation.difference <> 0
    or reconciliation.n_duplicate < 0
    or (reconciliation.n_rejected > 0) <> (coalesce(listed.n_listed, 0) > 0)
