with raw_rows as (
    select
        source_system,
        sum(n_raw) as n_raw,
        sum(n_rejected) as n_rejected,
        sum(difference) as difference
    from audit.audit_row_reconciliation
    group by source_system
),

unmatched as (
    select
        source_system,
        sum(n_touchpoints) as n_touchpoints,
        sum(share) as share
    from audit.audit_unmatched_touchpoints
    group by source_system
)

select
    source_system,
    freshness.newest_record_at,
    freshness.status,
    raw_rows.n_raw,
    raw_rows.n_rejected,
    raw_rows.difference,
    unmatched.n_touchpoints,
    unmatched.share
from audit.audit_source_freshness as freshness
left join raw_rows using (source_system)
left join unmatched using (source_system)
order by source_system
