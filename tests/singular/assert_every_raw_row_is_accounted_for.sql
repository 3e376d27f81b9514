select *
from {{ ref('audit_row_reconciliation') }}
where difference <> 0 or n_duplicate < 0 or n_deleted < 0
