select
    (select count(*) from audit.audit_amount_reconciliation) as n_amounts,
    (
        select count(*) from audit.audit_amount_reconciliation
        where difference is null or difference <> 0
    ) as n_amounts_different,
    (select coalesce(sum(n_raw), 0) from audit.audit_row_reconciliation) as n_rows,
    (
        select coalesce(sum(abs(difference)), 0) from audit.audit_row_reconciliation
    ) as n_rows_unaccounted,
    (select coalesce(sum(n_rejected), 0) from audit.audit_row_reconciliation) as n_rows_rejected,
    (
        select count(*) from marts.fct_touchpoints
        where account_id = 'unknown' and touchpoint_id <> 'unattributed'
    ) as n_touchpoints_unmatched,
    (
        select count(*) from marts.fct_touchpoints
        where touchpoint_id <> 'unattributed'
    ) as n_touchpoints
