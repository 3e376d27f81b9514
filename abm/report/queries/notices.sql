select
    notice_level,
    source_system,
    n_records,
    message_en,
    message_fr
from audit.audit_notices
order by
    case notice_level when 'error' then 1 when 'warning' then 2 else 3 end,
    source_system,
    subject,
    notice
