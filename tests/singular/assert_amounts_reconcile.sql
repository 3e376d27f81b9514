select *
from {{ ref('audit_amount_reconciliation') }}
where difference <> 0
